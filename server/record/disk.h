// Writes recordings on a thread of its own, so that no media worker ever waits for a disk. Owned by Recordings; files are opened, written
// and finished from any worker through a queue with a bound.
//
// How much a crash costs: a killed process loses nothing that was written; a machine that loses power loses at most the last
// Options::syncEvery, and each file is synced when it ends.
#pragma once

#include "observe/metrics.h"
#include "record/recording_file.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace matinee::record {

struct DiskOptions
{
    std::string folder;
    std::size_t queueBytes = std::size_t{64} << 20; ///< Fragments waiting for the disk; with more, whole groups of pictures are lost.
    std::size_t queueJobs = 4096;
    std::chrono::milliseconds syncEvery{5000};
    std::chrono::milliseconds lookEvery{500}; ///< At the room that is left.
};

/// A file that is being written, as its recorder sees it. Any thread.
class OpenFile
{
public:
    enum class State
    {
        Writing,
        Full,  ///< Ended because there was no room; what is in it is good.
        Failed ///< Ended because the disk refused; what is in it is good.
    };
    explicit OpenFile(std::string path) : path(std::move(path)) {}

    const std::string path; ///< Below the folder.
    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }
    [[nodiscard]] MediaTime duration() const { return MediaTime(m_duration.load()); }
    [[nodiscard]] std::uint64_t lostFragments() const { return m_lost; }
    [[nodiscard]] std::string words() const; ///< Why it failed.

private:
    friend class Disk;
    std::atomic<State> m_state{State::Writing};
    std::atomic<std::uint64_t> m_bytes{0};
    std::atomic<std::int64_t> m_duration{0};
    std::atomic<std::uint64_t> m_lost{0};
    mutable std::mutex m_mutex; // guards m_words
    std::string m_words;
    std::unique_ptr<RecordingFile> m_file; // I/O thread
    std::chrono::steady_clock::time_point m_synced;
};
using OpenFilePtr = std::shared_ptr<OpenFile>;

class Disk
{
public:
    Disk(DiskOptions options, observe::Metrics *metrics);
    ~Disk(); ///< Writes what is queued, then ends the thread.
    /// Begins to write; what was queued before waits until then.
    void start();
    Disk(const Disk &) = delete;
    Disk &operator=(const Disk &) = delete;

    // any thread
    [[nodiscard]] OpenFilePtr open(std::string path, std::string init);
    /// False where the queue is full: nothing was taken.
    [[nodiscard]] bool append(const OpenFilePtr &file, std::string fragment);
    /// `done` runs on the I/O thread when everything is on the disk; a file without a fragment has been removed again then.
    void finish(const OpenFilePtr &file, std::function<void()> done);

    void setMinFree(std::uint64_t bytes) { m_minFree = bytes; }
    /// Whether a recording may begin: somewhat more than recording.min_free_megabytes is left, so that it does not end at once.
    [[nodiscard]] bool hasRoom() const { return m_room; }
    [[nodiscard]] std::uint64_t freeBytes() const { return m_free; }
    [[nodiscard]] std::uint64_t minFree() const { return m_minFree; }
    [[nodiscard]] const std::string &folder() const { return m_options.folder; }
    [[nodiscard]] std::string absolute(const std::string &path) const { return m_options.folder + "/" + path; }
    [[nodiscard]] std::size_t queuedBytes() const { return m_queuedBytes; }

    /// For tests: the thread takes nothing from the queue meanwhile.
    void setPaused(bool paused);

private:
    struct Job
    {
        std::function<void()> run;
        std::size_t bytes = 0;
    };
    bool enqueue(Job job, bool bounded);
    void run();
    void write(OpenFile &file, std::string fragment);
    void end(OpenFile &file, OpenFile::State state, const Error &error);
    void look();
    void syncOpen();

    const DiskOptions m_options;
    observe::Counter m_written;
    observe::Counter m_files;
    observe::Counter m_failures;
    observe::Histogram m_latency;

    std::atomic<std::uint64_t> m_minFree{0};
    std::atomic<std::uint64_t> m_free{0};
    std::atomic<bool> m_room{true};
    std::atomic<std::size_t> m_queuedBytes{0};

    std::mutex m_mutex; // guards what follows
    std::condition_variable m_news;
    std::deque<Job> m_queue;
    bool m_paused = false;
    bool m_stopping = false;

    // I/O thread
    std::set<OpenFile *> m_open;
    std::chrono::steady_clock::time_point m_looked{};
    std::thread m_thread;
};

} // namespace matinee::record
