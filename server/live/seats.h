// Who publishes a stream and who stands by: every rule about a second publisher, a lost one and its return. A value; the stream guards it.
#pragma once

#include "live/take_overs.h"

#include "common/protocol/result.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace matinee::net {
class Worker;
}

namespace matinee::live {

struct PublisherInfo
{
    std::string address;  ///< Client address, for people.
    std::string encoder;  ///< What it calls itself, cut to 128 characters.
    std::string protocol; ///< "rtmp"
};

/// livestream.on_conflict: what a second publisher of a name that has one meets.
enum class OnConflict
{
    Refuse,
    Replace, ///< The first is told and closed.
    Backup,  ///< The second stands by.
};

using SourceId = std::uint64_t; ///< One for each publisher that ever came; 0 is nobody.

struct Seat
{
    SourceId id = 0;
    PublisherInfo info;
    bool backup = false;           ///< Came as a backup.
    net::Worker *worker = nullptr; ///< Its own; `kick` is called there.
    std::function<void(std::string)> kick;
    std::string origin{}; ///< What tells encoders apart: address and name as they came. Set by claim().
};

class Seats
{
public:
    using Time = std::chrono::steady_clock::time_point;

    enum class Claim
    {
        Live,     ///< The first publisher.
        Returned, ///< Within the grace time.
        Replaced, ///< takeEvicted() has the one that must go.
        StandsBy,
    };
    /// AlreadyExists with a sentence for the encoder where it may not; RateLimited where it may not because it was replaced before and
    /// comes again and again. Two publishers of which one came as a backup never fight: whichever
    /// is live goes on, the other stands by.
    [[nodiscard]] Result<Claim> claim(const std::string &name, Seat seat, OnConflict onConflict, Time now);
    [[nodiscard]] std::optional<Seat> takeEvicted() { return std::exchange(m_evicted, std::nullopt); }

    enum class Left
    {
        Nobody,      ///< It held no seat any more.
        Standby,     ///< The one that stood by.
        TookOver,    ///< The one that stood by is live now.
        Interrupted, ///< The grace time begins.
        Ended,
    };
    /// The publisher went. Where another stands by that one goes on, however the first went.
    [[nodiscard]] Left leave(SourceId id, bool lost, bool grace, Time now);
    /// True, and ended, where it still waits since that interruption.
    [[nodiscard]] bool expire(std::uint64_t interruption);
    /// Ends; gives back those that are to be told.
    [[nodiscard]] std::vector<Seat> close();

    [[nodiscard]] const std::optional<Seat> &live() const { return m_live; }
    [[nodiscard]] const std::optional<Seat> &standby() const { return m_standby; }
    [[nodiscard]] bool interrupted() const { return !m_live && !m_ended && m_interruptions > 0; }
    [[nodiscard]] bool ended() const { return m_ended; }
    [[nodiscard]] std::uint64_t interruptions() const { return m_interruptions; } ///< Times that the viewers had nobody, or another.
    [[nodiscard]] Time interruptedAt() const { return m_interruptedAt; }
    void setEncoder(SourceId id, std::string encoder);

private:
    std::optional<Seat> m_live;
    std::optional<Seat> m_standby;
    std::optional<Seat> m_evicted;
    TakeOvers m_takeOvers;
    std::uint64_t m_interruptions = 0;
    Time m_interruptedAt{};
    bool m_ended = false;
};

} // namespace matinee::live
