// The recordings that there are: rows in the database, files on the disk, and what keeps the two together. Owned by Recordings.
// Coroutines run on any worker; the disk is read on threads of the archive's own.
//
// A file never exists without its row: the row is made first. Whatever a crash leaves in the state "writing" is repaired or removed at
// the next start; files that no row names are somebody else's and are left alone.
#pragma once

#include "net/worker.h"
#include "observe/metrics.h"
#include "record/disk.h"
#include "record/wire/retention.h"
#include "store/recordings.h"
#include "store/store.h"

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace matinee::record {

using SystemTime = std::chrono::system_clock::time_point;

/// Behind the path of a recording's file: its thumbnails, made by server/pictures and deleted with the recording.
inline constexpr const char *kPreviewSuffix = ".preview";

/// How far something is that is being written; any thread.
struct Progress
{
    OpenFilePtr file;                          ///< A recording.
    store::RecordingRow row;                   ///< As it will be saved.
    std::shared_ptr<std::atomic<double>> done; ///< A clip: 0 to 1.
};

/// Holds a file open for a reader, so that deleting it meanwhile does not cut the reader short.
class Reading
{
public:
    Reading(Descriptor descriptor, std::uint64_t bytes) : m_descriptor(std::move(descriptor)), m_bytes(bytes) {}
    [[nodiscard]] int descriptor() const { return m_descriptor.get(); }
    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }

private:
    Descriptor m_descriptor;
    std::uint64_t m_bytes;
};
using ReadingPtr = std::shared_ptr<const Reading>;
using IndexPtr = std::shared_ptr<const FragmentIndex>;

class Archive
{
public:
    Archive(store::Store &store, Disk &disk, observe::Metrics *metrics);
    ~Archive();
    Archive(const Archive &) = delete;
    Archive &operator=(const Archive &) = delete;

    /// A row in the state "writing", with a path that no other has.
    Task<Result<store::RecordingRow>> reserve(std::string stream, std::string kind, std::string pattern, SystemTime at);
    Task<Result<void>> save(store::RecordingRow row);
    Task<Result<std::optional<store::RecordingRow>>> find(std::string id);
    /// The file and its row. `actor` as the audit log names it; empty: nothing is written there (the call is audited by itself).
    Task<Result<void>> remove(store::RecordingRow row, std::string actor, std::string why);

    /// What is being written, by id.
    void begun(const std::string &id, Progress progress);
    void ended(const std::string &id);
    [[nodiscard]] std::optional<Progress> progress(const std::string &id) const;

    /// Opens for reading and remembers that somebody does.
    Task<Result<ReadingPtr>> open(store::RecordingRow row);
    Task<Result<IndexPtr>> index(store::RecordingRow row);

    /// At the start: repairs or removes what the last run left unfinished. Once, before anything is recorded.
    Task<Result<void>> recover();
    /// Deletes what is over age or size, oldest first. One that was read within the last minute waits, an hour at most.
    Task<void> expire(Keep keep);

    [[nodiscard]] asio::thread_pool &threads() { return m_threads; }
    [[nodiscard]] Disk &disk() { return m_disk; }
    [[nodiscard]] store::Store &store() { return m_store; }

private:
    using SteadyTime = std::chrono::steady_clock::time_point;
    struct Known
    {
        IndexPtr index;
        std::uint64_t fileBytes = 0;
        std::list<std::string>::iterator place;
    };
    struct Use
    {
        std::weak_ptr<const Reading> newest;
        SteadyTime last{};
        std::optional<SteadyTime> due; ///< Since when retention waits for its readers.
    };

    void read(const std::string &id, const ReadingPtr &reading);
    [[nodiscard]] bool mayGo(const std::string &id, SteadyTime now);
    void remember(const std::string &id, IndexPtr index, std::uint64_t fileBytes);
    [[nodiscard]] Task<Result<void>> settle(store::RecordingRow row);

    store::Store &m_store;
    Disk &m_disk;
    observe::Counter m_expired;
    asio::thread_pool m_threads{2};
    const std::shared_ptr<std::atomic<std::size_t>> m_scanning = std::make_shared<std::atomic<std::size_t>>(0);

    mutable std::mutex m_mutex; // guards what follows; taken when a file is begun, ended, looked at
    std::map<std::string, Progress> m_progress;
    std::unordered_map<std::string, Use> m_uses;
    std::unordered_map<std::string, Known> m_known; // indexes, at most kMostKnown and kMostKnownFragments
    std::list<std::string> m_recent;                // newest first
    std::size_t m_knownFragments = 0;
};

} // namespace matinee::record
