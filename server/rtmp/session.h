// One RTMP connection from accept to `closed: reason`: handshake, connect, then publish or play.
// `serve` is what app gives to net::Listener; a session lives inside that coroutine, on the connection's worker.
#pragma once

#include "live/gate.h"
#include "live/registry.h"
#include "net/connection.h"
#include "observe/metrics.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace matinee::rtmp {

struct SessionLimits
{
    std::chrono::milliseconds handshake{10000}; ///< From accept to the end of the handshake.
    std::chrono::milliseconds command{10000};   ///< From there to publish or play.
    std::chrono::milliseconds silence{30000};   ///< A publisher that sends no frame for so long is closed.
    std::chrono::milliseconds write{10000};     ///< For an answer to be taken.
    std::chrono::milliseconds farewell{2000};   ///< For the last words of a connection that we close.
    std::chrono::milliseconds firstTrack{1000}; ///< A player waits so long for a stream that has begun and has no track yet.
};

/// Counters of all sessions. Copyable, cheap; made once.
class SessionMetrics
{
public:
    explicit SessionMetrics(observe::Metrics *metrics = nullptr);
    void closed(std::string_view reason);

    observe::Gauge publishers;
    observe::Gauge players;
    observe::Counter framesIn;
    observe::Counter framesLeftOut; ///< Malformed, or before their sequence header.
    observe::Counter otherTracks;   ///< Packets of tracks but the first, which nobody gets.
    observe::Counter timeRepairs;   ///< Clocks of publishers that jumped.

private:
    std::map<std::string_view, observe::Counter> m_closed; // every reason that there is; never grows
};

/// What sessions need. Made by app before the workers start; outlives them.
struct Services
{
    live::Gate &gate;
    live::Registry &registry;
    SessionMetrics metrics;
    SessionLimits limits{};
    /// Whose API key a player's `?key=` is: `anonymous` with who it is filled in. Empty: such keys are not looked at.
    std::function<Task<Result<Caller>>(std::string key, Caller anonymous)> callerOf{};
};

[[nodiscard]] Task<void> serve(std::unique_ptr<net::Connection> connection, Services &services);

} // namespace matinee::rtmp
