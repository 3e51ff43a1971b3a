#include "rooms/sync/client_follower.h"

#include <algorithm>
#include <cmath>

namespace matinee::rooms {

void ClientFollower::set(const Conditions &conditions, LocalTime now)
{
    const auto before = m_conditions;
    m_conditions = conditions;
    if (before.loaded != conditions.loaded || before.stalled != conditions.stalled)
        m_player.forget();
    if (before.loaded != conditions.loaded) {
        m_jumped = true;
        m_reached.reset();
    }
    if (before.userSeeks && !conditions.userSeeks) {
        m_userUntil = now + kUserHold;
        m_player.forget();
    }
    if ((before.hidden && !conditions.hidden) || (before.free && !conditions.free))
        settle(now);
}

void ClientFollower::restart()
{
    m_timeline.clear();
    m_clock.reset();
    m_player.forget();
    m_version.reset();
    m_placed.reset();
    m_reached.reset();
    m_nudgeEnd.reset();
}

const Orders &ClientFollower::decide(LocalTime now)
{
    if (m_lookedAt && now < *m_lookedAt)
        beginOtherClock(now);
    else if (m_lookedAt && now - *m_lookedAt > m_orders.next + kSleepGap && !m_conditions.hidden) {
        m_clock.doubt();
        settle(now);
    }
    m_lookedAt = now;
    m_orders.seekTo.reset();
    m_orders.next = kLook;
    m_orders.muted = m_orders.askTap = m_conditions.autoplay != Autoplay::Allowed;
    m_orders.measured = false;
    if (m_conditions.free) {
        m_orders.state = State::Free;
        return m_orders;
    }
    if (m_timeline.empty() || !m_clock.known()) { // what it does, it goes on doing
        m_orders.state = State::Waiting;
        return m_orders;
    }

    const auto server = m_clock.toServer(now);
    m_timeline.prune(server);
    m_orders.next = untilNext(server, now);
    const Truth truth = due(server);
    if (m_version != truth.version)
        take(truth, now);
    m_player.learn(now);
    const auto target = std::max(truth.positionAt(server) + m_ownOffset, MediaTime(0));

    const auto wait = [&](State state, bool play) -> const Orders & {
        m_orders.state = state;
        m_orders.play = play;
        m_orders.rate = baseRate(truth);
        m_nudgeEnd.reset();
        m_player.setSpeed(play ? m_orders.rate : 0, now);
        return m_orders;
    };
    if (m_conditions.autoplay == Autoplay::NeedsTap)
        return wait(State::Blocked, false);
    if (truth.mediaId != m_conditions.loaded || truth.mediaId.empty())
        return wait(State::Waiting, false);
    if (m_player.seeking() && m_player.seekingFor(now) > kMostSeek)
        m_player.seeked(now);
    if (m_player.seeking() && !m_jumped)
        return wait(State::Seeking, truth.moves());
    if (m_conditions.userSeeks || now < m_userUntil)
        return m_orders;
    if (m_conditions.stalled && !m_jumped)
        return wait(State::Waiting, truth.moves());

    m_orders.measured = m_player.measured(now);
    m_orders.skew = m_player.positionAt(now) - target;
    if (truth.moves()) {
        const auto aim = std::max(truth.positionAt(server + m_player.seekLatency()) + m_ownOffset, MediaTime(0));
        follow(truth, aim, now);
    } else {
        stand(truth, target, now);
    }
    m_jumped = false;
    if (!m_player.seeking())
        m_reached = m_placed;
    m_player.setSpeed(m_orders.play ? m_orders.rate : 0, now);
    return m_orders;
}

/// A player takes a moment to begin to move: it is told that much earlier.
const Truth &ClientFollower::due(ServerTime server) const
{
    const auto &present = m_timeline.at(server);
    const auto &soon = m_timeline.at(server + m_player.startLatency());
    return !present.moves() && soon.moves() && soon.placed == present.placed ? soon : present;
}

void ClientFollower::take(const Truth &truth, LocalTime now)
{
    m_version = truth.version;
    m_userUntil = now;
    m_nudgeEnd.reset();
    if (m_placed == truth.placed)
        return;
    m_placed = truth.placed;
    m_jumped = true;
    m_starved = true;
    m_settlingUntil = now + kSettling;
    m_nextSeekAt = now;
    m_seekRest = kLeastSeekRest;
}

/// Everybody looks at the same picture; nobody hears a seek.
void ClientFollower::stand(const Truth &truth, MediaTime target, LocalTime now)
{
    m_orders.state = m_conditions.hidden ? State::Asleep : truth.held ? State::Waiting : State::InStep;
    m_orders.play = false;
    m_orders.rate = baseRate(truth);
    if ((m_orders.measured || m_jumped) && std::chrono::abs(m_orders.skew) > m_halfFrame && now >= m_nextSeekAt)
        seek(target, now);
}

void ClientFollower::follow(const Truth &truth, MediaTime aim, LocalTime now)
{
    const double base = baseRate(truth);
    const auto error = std::chrono::abs(m_orders.skew);
    if (!m_orders.play)
        m_finishing = kFinishingNudges;
    m_orders.play = true;
    m_orders.state = m_conditions.hidden ? State::Asleep : State::InStep;
    const auto limit = m_conditions.hidden ? kSeekPastAsleep : now < m_settlingUntil ? kSeekPastSettling : kSeekPast;
    if ((m_orders.measured || m_jumped) && error > limit && now >= m_nextSeekAt) {
        m_orders.rate = base;
        seek(aim, now);
        return;
    }
    review(base, now);
    // A timer that comes a minute late would make a nudge a fault of seconds.
    if (m_conditions.hidden)
        m_nudgeEnd.reset();
    else if (!m_nudgeEnd && m_orders.measured && error > (m_finishing > 0 ? m_halfFrame / 2 : m_halfFrame))
        nudge(truth, base, now);
    m_orders.rate = base;
    if (!m_nudgeEnd)
        return;
    if (*m_nudgeEnd - now > kMostNudgeTime && now >= m_nextSeekAt) {
        seek(aim, now);
        return;
    }
    m_orders.rate = m_nudgeRate;
    m_orders.state = State::Nudging;
    m_orders.next = std::max(std::min(m_orders.next, *m_nudgeEnd - now), Millis(1));
}

/// What has become of the nudge under way, and of the correction that it is part of.
void ClientFollower::review(double base, LocalTime now)
{
    const auto error = std::chrono::abs(m_orders.skew);
    if (m_orders.measured && error <= m_halfFrame && now >= m_nextSeekAt)
        m_seekRest = kLeastSeekRest;
    if (m_nudgeEnd) {
        const auto planned = (base - m_nudgeRate) * (*m_nudgeEnd - now);
        if (now >= *m_nudgeEnd) {
            m_nudgeEnd.reset();
            m_orders.measured = false; // what was seen until now does not tell what it has brought
        } else if (m_orders.measured && std::chrono::abs(m_orders.skew - planned) > 2 * m_halfFrame) {
            m_nudgeEnd.reset(); // not as planned: a stall, or the clock is known better now
        }
    }
    if (m_nudgeEnd || !m_orders.measured)
        return;
    if (error <= m_halfFrame / 2)
        m_finishing = 0;
    else if (error > m_halfFrame && m_finishing == 0)
        m_finishing = kFinishingNudges;
}

void ClientFollower::nudge(const Truth &truth, double base, LocalTime now)
{
    const auto error = std::chrono::abs(m_orders.skew);
    m_finishing = std::max(m_finishing - 1, 0);
    const double strength = std::min(std::max(error / kNudgeTime, kLeastNudge), kMostNudge);
    const double wanted = m_orders.skew > Millis(0) ? base - strength * truth.rate : base + strength * truth.rate;
    m_nudgeRate = std::min(std::max(wanted, (1 - kMostNudge) * truth.rate), (1 + kMostNudge) * truth.rate);
    m_nudgeEnd = now + error / std::max(std::abs(m_nudgeRate - base), 1e-6);
}

void ClientFollower::seek(MediaTime to, LocalTime now)
{
    m_orders.seekTo = to;
    m_orders.state = State::Seeking;
    m_nudgeEnd.reset();
    m_finishing = kFinishingNudges;
    m_player.beginSeek(to, now);
    m_nextSeekAt = now + m_seekRest;
    m_seekRest = std::min(m_seekRest * 2, kMostSeekRest);
}

/// A monotonic clock does not go back: it is not the one that it was.
void ClientFollower::beginOtherClock(LocalTime now)
{
    m_clock.reset();
    m_player.clockWasSet(now);
    m_nudgeEnd.reset();
    m_userUntil = m_nextSeekAt = now;
    settle(now);
}

void ClientFollower::settle(LocalTime now)
{
    m_player.forget();
    m_settlingUntil = now + kSettling;
    m_finishing = kFinishingNudges;
}

/// One media clock gains on another for ever: that is no error to correct but a rate to play at.
double ClientFollower::baseRate(const Truth &truth)
{
    const double gap = std::abs(m_clock.drift() - m_trim);
    if (gap > kLeastTrim && gap > 2 * m_clock.wander())
        m_trim = std::floor(m_clock.drift() / kTrimStep + 0.5) * kTrimStep;
    return truth.rate * truth.pace * (1 + m_trim);
}

Millis ClientFollower::untilNext(ServerTime server, LocalTime now) const
{
    const auto change = m_timeline.nextChange(server);
    if (!change)
        return kLook;
    const auto exact = m_clock.toLocal(*change) - now;
    const auto early = exact - m_player.startLatency();
    return std::max(std::min(kLook, early > Millis(0) ? early : exact), Millis(1));
}

Report ClientFollower::report(Millis buffered)
{
    Report report;
    const bool blocked = m_conditions.autoplay == Autoplay::NeedsTap;
    report.mode = m_conditions.free ? Mode::Free : blocked ? Mode::Blocked : m_conditions.hidden ? Mode::Asleep : Mode::InStep;
    report.version = m_version.value_or(0);
    const bool live = !m_timeline.empty() && m_timeline.newest().live;
    const auto enough = live ? std::min(kEnoughAhead, m_timeline.newest().targetLatency / 4) : kEnoughAhead;
    m_starved = m_conditions.stalled || (m_starved && buffered < enough);
    // A seek of its own, to catch up, is nothing for the others to wait for.
    report.ready = m_placed && m_reached == m_placed && !m_starved;
    report.buffered = buffered;
    report.downDelay = m_clock.downDelay();
    if (m_orders.measured)
        report.skew = m_orders.skew;
    return report;
}

} // namespace matinee::rooms
