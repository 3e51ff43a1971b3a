// Tables `recordings`: files of recordings and clips; and `recording_wishes`: which streams to record, where somebody said so.
#pragma once

#include "store/store.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace matinee::store {

struct RecordingRow
{
    std::string id;
    std::string stream;
    std::string path;                                ///< Below recording.directory.
    std::string kind;                                ///< "recording", "clip"
    std::string state;                               ///< "writing", "ready", "failed"
    std::chrono::system_clock::time_point startedAt; ///< Of its first frame.
    std::chrono::milliseconds duration{0};
    std::int64_t bytes = 0;
    std::string codecs; ///< RFC 6381, video first: "avc1.64001f,mp4a.40.2".
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::string note;      ///< Why it ended or failed, for people.
    bool ofStream = false; ///< Read only: the stream that has this name now is the one that was recorded, not a later one.
};

Result<void> insertRecording(Transaction &tx, const RecordingRow &row); ///< AlreadyExists where the id or the path is taken.
/// Everything but id, stream, path and kind. False where there is none.
Result<bool> updateRecording(Transaction &tx, const RecordingRow &row);
Result<bool> deleteRecording(Transaction &tx, const std::string &id);
Result<std::optional<RecordingRow>> findRecording(Transaction &tx, const std::string &id);
Result<bool> recordingPathTaken(Transaction &tx, const std::string &path);

struct RecordingPage
{
    std::string stream;                                          ///< Empty: of all streams.
    std::optional<std::chrono::system_clock::time_point> before; ///< Together with beforeId: where the page before ended.
    std::string beforeId;
    int limit = 100;
};
/// Newest first.
Result<std::vector<RecordingRow>> listRecordings(Transaction &tx, const RecordingPage &page);
/// Of one stream, those that may hold something of [from, to), oldest first, at most 1000; whatever their state.
Result<std::vector<RecordingRow>> listRecordingsBetween(Transaction &tx, const std::string &stream,
                                                        std::chrono::system_clock::time_point from,
                                                        std::chrono::system_clock::time_point to);
Result<std::vector<RecordingRow>> listUnfinishedRecordings(Transaction &tx); ///< At most 10,000.
/// Finished ones, oldest first, at most `limit`.
Result<std::vector<RecordingRow>> listOldestRecordings(Transaction &tx, int limit);

struct RecordingTotals
{
    std::int64_t count = 0;
    std::int64_t bytes = 0; ///< As of the last update of each row.
};
Result<RecordingTotals> recordingTotals(Transaction &tx);

Result<void> setRecordingWish(Transaction &tx, const std::string &stream, bool wanted);
Result<std::optional<bool>> recordingWish(Transaction &tx, const std::string &stream);

} // namespace matinee::store
