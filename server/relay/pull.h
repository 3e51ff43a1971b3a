// Brings one stream in from elsewhere: a relay process that reads it, its frames published under our name, tried again when it fails.
// Shared by Relays and its own coroutine; lives on one worker, says of each method which thread may call it.
#pragma once

#include "relay/address.h"
#include "relay/back_off.h"
#include "relay/child.h"
#include "relay/status.h"
#include "relay/surroundings.h"

#include <array>
#include <atomic>
#include <memory>
#include <string>

namespace matinee::relay {

enum class PullMode
{
    OnDemand, ///< While somebody watches, and a little longer.
    Always,
};

class Pull : public std::enable_shared_from_this<Pull>
{
public:
    Pull(net::Worker &worker, Surroundings &around, std::string name, StreamAddress address, PullMode mode);

    // any thread
    /// Runs until stop(). `before` had the same name: it must have ended first.
    void start(std::shared_ptr<Pull> before = {});
    void stop();
    /// The stream was stopped (StopStream) or started again.
    void setPaused(bool paused);
    /// Somebody wants the stream now.
    void want();
    [[nodiscard]] bool ended() const { return m_ended; }
    [[nodiscard]] bool paused() const { return m_paused; }
    [[nodiscard]] Status status() const { return m_board.read(); }
    [[nodiscard]] const StreamAddress &address() const { return m_address; }
    [[nodiscard]] PullMode mode() const { return m_mode; }

private:
    using Clock = std::chrono::steady_clock;
    struct Run;

    static Task<void> live(std::shared_ptr<Pull> self, std::shared_ptr<Pull> before);
    Task<std::string> runOnce();
    Task<void> sleep(std::chrono::milliseconds time);
    void take(Run &run, wire::Message &message);
    void takeTrack(Run &run, const wire::Track &announced);
    void takeFrame(Run &run, wire::Frame &frame);
    void publish(Run &run);
    [[nodiscard]] bool watched();
    [[nodiscard]] bool wantedLately() const;

    // fixed at construction
    net::Worker &m_worker;
    Surroundings &m_around;
    const std::string m_name;
    const StreamAddress m_address;
    const PullMode m_mode;

    // worker
    asio::steady_timer m_wake;
    BackOff m_backOff;
    Child *m_child = nullptr; // of the run that is on
    std::string m_kicked;     // why the registry wanted that run to end
    Clock::time_point m_watchedAt;

    // any thread
    StatusBoard m_board;
    std::atomic<Clock::rep> m_wantedAt{0};
    std::atomic<bool> m_stop{false};
    std::atomic<bool> m_paused{false};
    std::atomic<bool> m_ended{false};
};

} // namespace matinee::relay
