// Which streams are recorded, and what becomes of the files: the one object of this folder that app makes. Any worker.
#pragma once

#include "live/registry.h"
#include "record/clips.h"
#include "record/recorder.h"

#include <memory>
#include <string>
#include <unordered_map>

namespace matinee::record {

struct RecordingOptions
{
    bool enabled = false;       ///< recording.enabled
    std::string folder;         ///< recording.directory; fixed at construction.
    RecorderOptions recorder{}; ///< recording.pattern, recording.segment_seconds
    std::uint64_t minFreeBytes = std::uint64_t{1} << 30;
    Keep keep{};
    std::chrono::seconds maxClip{3600};
    DiskOptions disk{}; ///< For tests; `folder` in it is ignored.
};

/// Whether a stream is recorded, for people.
struct StreamRecording
{
    bool wanted = false;
    std::string state; ///< "off", "waiting", "recording", "waiting_for_room", "failed"
    std::string detail;
    std::string recordingId; ///< Being written now.
    std::uint64_t lostGroups = 0;
};

class Recordings
{
public:
    Recordings(live::Registry &registry, store::Store &store, net::WorkerPool &workers, RecordingOptions options,
               observe::Metrics *metrics);
    ~Recordings();
    Recordings(const Recordings &) = delete;
    Recordings &operator=(const Recordings &) = delete;

    /// Makes good what the last run left, then records and deletes by itself. When the workers run.
    void start();
    /// No new files. Those that are open end with their streams, or now.
    void stop();
    [[nodiscard]] bool idle() const;
    void setOptions(const RecordingOptions &options);
    /// From Registry::onChange.
    void streamChanged(const std::string &name, bool live);

    /// Record this stream, or do not, from now on. NotFound where there is no such stream. Waits a moment for what comes of it.
    Task<Result<StreamRecording>> setWanted(std::string stream, bool wanted);
    Task<Result<StreamRecording>> state(std::string stream);

    [[nodiscard]] Archive &archive() { return m_archive; }
    [[nodiscard]] Clips &clips() { return m_clips; }
    [[nodiscard]] RecordingOptions options() const;

private:
    Task<void> look(); // recovery, then retention each minute
    Task<void> decide(std::string name);
    Task<void> record(std::shared_ptr<Recorder> recorder, std::string name);
    Task<Result<StreamRecording>> describe(std::string stream);
    [[nodiscard]] std::shared_ptr<Recorder> recorderOf(const std::string &name) const;
    [[nodiscard]] net::Worker &here();
    void exposeMetrics(observe::Metrics &metrics);

    live::Registry &m_registry;
    store::Store &m_store;
    net::WorkerPool &m_workers;
    Disk m_disk;
    Archive m_archive;
    Clips m_clips;
    observe::Counter m_lostGroups;
    std::shared_ptr<std::atomic<Recordings *>> m_alive; // for the scrape, which may outlive us

    std::atomic<bool> m_ready{false}; // the last run's files are made good
    std::atomic<bool> m_stopping{false};
    mutable std::mutex m_mutex; // guards what follows; taken when a stream comes, goes, or somebody asks
    RecordingOptions m_options;
    std::unordered_map<std::string, std::shared_ptr<Recorder>> m_recorders;
};

} // namespace matinee::record
