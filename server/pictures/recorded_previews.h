// Thumbnails of recordings: made when somebody asks for the first time, one recording after the other, and kept in a file beside the
// recording's. Owned by Pictures; any worker, files are read and written on the archive's threads.
#pragma once

#include "accounts/bounded_map.h"
#include "pictures/illustrator.h"
#include "pictures/wire/preview_file.h"
#include "record/archive.h"

#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace matinee::pictures {

struct RecordedPreviewOptions
{
    std::chrono::milliseconds interval{0}; ///< Between thumbnails; 0: thumbnailInterval() of the recording.
    std::size_t queue = 32;                ///< Recordings that wait; with more, who asks is told to come again.
    std::chrono::seconds rest{60};         ///< After a failure, until it is tried again.
};

class RecordedPreviews : public std::enable_shared_from_this<RecordedPreviews>
{
public:
    RecordedPreviews(record::Archive &archive, net::WorkerPool &workers, std::shared_ptr<Illustrator> illustrator,
                     RecordedPreviewOptions options = {});

    using PreviewPtr = std::shared_ptr<const PreviewFile>;
    struct Answer
    {
        PreviewPtr preview; ///< Null: it is being made.
        double done = 0;    ///< 0 to 1
    };
    /// What there is; begins to make it where there is nothing. NotFound with the reason where there can be none, Unavailable where too
    /// many wait, FailedPrecondition while the recording goes on.
    Task<Result<Answer>> preview(store::RecordingRow row);
    /// Only what there is: sheets are asked for after the list of them.
    Task<PreviewPtr> find(store::RecordingRow row);

    void drain() { m_draining = true; }
    [[nodiscard]] bool isIdle() const { return !m_working; }

private:
    struct Job
    {
        store::RecordingRow row;
        std::atomic<double> done{0};
    };
    using JobPtr = std::shared_ptr<Job>;
    struct Failure
    {
        Error error;
        std::chrono::steady_clock::time_point until;
    };

    static Task<void> work(std::shared_ptr<RecordedPreviews> self);
    Task<Result<PreviewPtr>> make(JobPtr job);
    Task<Result<void>> keep(store::RecordingRow row, PreviewPtr preview);
    Task<Result<void>> closeSheet(std::shared_ptr<PreviewFile> preview, std::vector<SharedText> tiles);
    [[nodiscard]] std::string pathOf(const store::RecordingRow &row) const;

    // fixed at construction
    record::Archive &m_archive;
    net::WorkerPool &m_workers;
    const std::shared_ptr<Illustrator> m_illustrator;
    const RecordedPreviewOptions m_options;

    std::atomic<bool> m_draining{false};
    std::atomic<bool> m_working{false};
    std::mutex m_mutex; // guards what follows; once a request
    accounts::BoundedMap<PreviewPtr> m_known;
    accounts::BoundedMap<Failure> m_failures;
    std::map<std::string, JobPtr> m_jobs; // waiting and the one that is worked on, by id
    std::deque<JobPtr> m_waiting;
};

} // namespace matinee::pictures
