// One rendition of a stream: a process that makes the picture smaller, fed from the stream's replica like a viewer, its frames published
// under "show@720p". Started again when it fails, without its viewers leaving; ended a while after the last of them, or with its source.
// Shared by Ladder and its own coroutine; lives on one worker, says of each method which thread may call it.
#pragma once

#include "ladder/crash_book.h"
#include "ladder/rungs.h"
#include "ladder/surroundings.h"
#include "relay/back_off.h"

#include <boost/asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>

namespace matinee::ladder {

enum class Condition
{
    Starting, ///< Nothing to see yet, or not again yet.
    Running,
};

class Rendition : public std::enable_shared_from_this<Rendition>
{
public:
    Rendition(net::Worker &worker, Surroundings &around, std::string stream, Rung rung);

    // any thread
    /// Runs until nobody needs it. `before` had the same name: it must have ended first.
    void start(std::shared_ptr<Rendition> before = {});
    void stop();
    /// Somebody wants it now.
    void want() { m_wantedAt = Clock::now().time_since_epoch().count(); }
    /// It has decided to end; who wants it needs a new one.
    [[nodiscard]] bool leaving() const { return m_leaving; }
    [[nodiscard]] bool ended() const { return m_ended; }
    [[nodiscard]] Condition condition() const { return m_condition; }
    [[nodiscard]] const std::string &name() const { return m_name; }

private:
    using Clock = std::chrono::steady_clock;
    struct Run;
    using RunPtr = std::shared_ptr<Run>;

    static Task<void> live(std::shared_ptr<Rendition> self, std::shared_ptr<Rendition> before);
    static Task<void> listen(std::shared_ptr<Rendition> self, RunPtr run);
    Task<void> runOnce(RunPtr run);
    Task<void> feed(RunPtr run, live::Replica &replica);
    Task<void> sleep(std::chrono::milliseconds time);
    void append(Run &run, media::Bytes &bytes, const media::Frame &frame);
    void take(Run &run, relay::wire::Message &message);
    void takeTrack(Run &run, const relay::wire::Track &announced);
    void takeFrame(Run &run, relay::wire::Frame &frame);
    void publish(Run &run);
    void look(Run &run);
    void leave(live::EndReason reason);
    [[nodiscard]] bool wantedLately() const;

    // fixed at construction
    net::Worker &m_worker;
    Surroundings &m_around;
    const std::string m_stream;
    const Rung m_rung;
    const std::string m_name;

    // worker
    asio::steady_timer m_wake; // between runs
    relay::BackOff m_backOff;
    CrashBook m_crashes;
    RunPtr m_run;                                            // that is on
    std::unique_ptr<live::Publication> m_publication;        // over all runs
    std::array<media::TrackPtr, 2> m_sources;                // by Kind: what was last fed
    std::array<media::TrackPtr, 2> m_tracks;                 // by Kind: what viewers have
    std::array<std::optional<media::MediaTime>, 2> m_last{}; // by Kind: of the newest frame published
    Clock::time_point m_neededAt;

    // any thread
    std::atomic<Clock::rep> m_wantedAt{0};
    std::atomic<Condition> m_condition{Condition::Starting};
    std::atomic<bool> m_stop{false};
    std::atomic<bool> m_leaving{false};
    std::atomic<bool> m_ended{false};
};

} // namespace matinee::ladder
