// One recording on disk: ftyp and moov, room for an index, then whole fragments. Blocking: for the I/O thread and the readers' threads
// only.
//
// A file is whole after every append: what a crash leaves behind a fragment is cut off by repair(). Its timeline begins at 0.
#pragma once

#include "record/wire/fragment_index.h"

#include "common/protocol/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace matinee::record {

/// Room between moov and the first fragment for the segment index, which is written at the end.
inline constexpr std::size_t kIndexRoom = 32 * 1024;

/// An open file descriptor.
class Descriptor
{
public:
    explicit Descriptor(int descriptor = -1) : m_descriptor(descriptor) {}
    ~Descriptor();
    Descriptor(Descriptor &&other) noexcept : m_descriptor(other.release()) {}
    Descriptor &operator=(Descriptor &&other) noexcept;
    [[nodiscard]] int get() const { return m_descriptor; }
    [[nodiscard]] bool isOpen() const { return m_descriptor >= 0; }
    int release();

private:
    int m_descriptor;
};

/// "There is no room left on the disk", or what else errno says. Unavailable for what may pass by itself (full, busy, I/O).
[[nodiscard]] Error diskError(std::string_view doing, int code);
[[nodiscard]] bool isFull(int code); ///< ENOSPC, EDQUOT

/// For readers: no links at the end, only plain files.
[[nodiscard]] Result<Descriptor> openForReading(const std::string &path);
[[nodiscard]] Result<std::uint64_t> fileBytes(int descriptor);
/// `descriptor` must live as long as the answer.
[[nodiscard]] ReadAt readerOf(int descriptor);

struct DiskFailure
{
    Error error;
    bool full = false; ///< There is no room; anything else is a fault.
};

class RecordingFile
{
public:
    /// Makes the folders that are missing, and the file, which must not be there yet (AlreadyExists).
    [[nodiscard]] static Result<RecordingFile, DiskFailure> create(const std::string &path, std::string_view init);

    /// moof and mdat. Its time goes on as it did since the fragment before, or stands at `at` of the file where that is given (a fragment
    /// of another file). Where it fails, the file is as it was before.
    [[nodiscard]] Result<void, DiskFailure> append(std::string bytes, std::optional<MediaTime> at = std::nullopt);
    /// To the disk itself (fdatasync), and out of the page cache, which viewers of live streams have better use for.
    [[nodiscard]] Result<void, DiskFailure> sync();
    /// Writes the index into its room, syncs, closes.
    [[nodiscard]] Result<void, DiskFailure> finish();

    [[nodiscard]] std::uint64_t bytes() const { return m_index.end; }
    [[nodiscard]] MediaTime duration() const { return m_index.duration(); }
    [[nodiscard]] bool isEmpty() const { return m_index.fragments.empty(); }

private:
    explicit RecordingFile(Descriptor descriptor) : m_descriptor(std::move(descriptor)) {}
    [[nodiscard]] Result<void, DiskFailure> writeAt(std::string_view bytes, std::uint64_t offset);

    Descriptor m_descriptor;
    FragmentIndex m_index;
    std::vector<TrackShift> m_shifts; // from the times of the fragments that come to those in the file
    std::uint32_t m_sequence = 0;
    std::uint64_t m_synced = 0;
};

/// Cuts off a torn tail, writes the index, syncs. NotFound where there is no file; FailedPrecondition where nothing in it can be played
/// (then the file is as it was).
[[nodiscard]] Result<FragmentIndex> repair(const std::string &path);

} // namespace matinee::record
