// Writes one live stream to files, from when it goes live to its end: takes the frames out of a replica, makes fragments of them and
// hands these to the disk's queue. One coroutine on one worker; never waits for the disk while frames come.
#pragma once

#include "live/registry.h"
#include "mux/fragment_muxer.h"
#include "record/archive.h"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace matinee::record {

struct RecorderOptions
{
    std::string pattern = "{stream}/{date}/{time}.mp4";
    std::chrono::seconds segment{3600};
};

enum class RecorderState
{
    Waiting, ///< For the first key frame.
    Recording,
    NoRoom,
    Failed
};

class Recorder final : public live::Subscriber, public std::enable_shared_from_this<Recorder>
{
public:
    struct Services
    {
        live::Registry &registry;
        Archive &archive;
        std::function<RecorderOptions()> options; ///< Asked for each file; any thread.
        observe::Counter lostGroups{};
    };
    struct Report
    {
        RecorderState state = RecorderState::Waiting;
        std::string words;
        std::string recordingId; ///< Being written now; empty where none is.
        std::uint64_t lostGroups = 0;
    };

    Recorder(Services services, std::string name);
    ~Recorder() override;

    /// Until the stream ends or stop(); everything is on the disk and in the database then.
    static Task<void> run(std::shared_ptr<Recorder> self);

    // any thread
    void stop();
    [[nodiscard]] Report report() const;
    [[nodiscard]] bool isOver() const { return m_over; }
    [[nodiscard]] bool isStopped() const { return m_stopped; }

private:
    using SteadyTime = std::chrono::steady_clock::time_point;

    Task<void> follow(live::Subscription &subscription);
    Task<void> settle(live::Replica &replica);
    Task<void> reserve();
    Task<void> pause(std::chrono::milliseconds time);
    Task<void> finishing();
    static Task<void> save(std::shared_ptr<Recorder> self, store::RecordingRow row, OpenFilePtr file);
    Task<void> discardReserved();

    void onFrames() override;
    void onEnd(live::EndReason reason) override;
    void wake();
    void take();
    [[nodiscard]] bool accept(const media::Frame &frame);
    [[nodiscard]] bool begin(media::MediaTime first);
    void cut(std::optional<media::MediaTime> next);
    void closeFile(std::string note);
    void lose();
    void tell(RecorderState state, std::string words);
    [[nodiscard]] SystemTime instantOf(media::MediaTime first);
    [[nodiscard]] bool hasVideo() const;
    [[nodiscard]] bool mayStartWith(const media::Frame &frame) const;

    Services m_services;
    const std::string m_name;

    // the worker of run()
    net::Worker *m_worker = nullptr;
    std::unique_ptr<asio::steady_timer> m_timer;
    live::Replica *m_replica = nullptr; // while attached
    live::Cursor m_cursor;
    std::optional<media::Frame> m_held; // waits for a file to go into
    bool m_poked = false;
    bool m_ended = false;
    bool m_wantsFile = false;
    bool m_rotate = false; // at the next key frame: a track turned up that the file does not have
    bool m_losing = false; // until the next group of pictures
    std::optional<store::RecordingRow> m_reserved;
    std::unique_ptr<mux::FragmentMuxer> m_muxer; // of m_file
    OpenFilePtr m_file;
    store::RecordingRow m_row;   // of m_file
    media::MediaTime m_begins{}; // its first frame
    std::optional<std::pair<media::MediaTime, SystemTime>>
        m_clock;                   // of the newest file: what its first frame is on the stream's timeline, and when that was
    media::MediaTime m_expected{}; // from now to when the next file will begin
    SteadyTime m_retryAt{};
    std::optional<media::MediaTime> m_fragmentBegins;
    RecorderOptions m_options;
    std::size_t m_finishing = 0; // files whose end is not in the database yet

    // any thread
    std::atomic<bool> m_stopped{false};
    std::atomic<bool> m_over{false};
    mutable std::mutex m_mutex; // guards m_report; not taken per frame
    Report m_report;
};

} // namespace matinee::record
