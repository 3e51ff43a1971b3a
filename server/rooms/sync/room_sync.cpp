#include "rooms/sync/room_sync.h"

#include "rooms/sync/lead.h"

#include <algorithm>
#include <cmath>

namespace matinee::rooms {

namespace {

bool within(Millis value, Millis least, Millis most)
{
    return value >= least && value <= most; // false for what is no number
}

} // namespace

/// Each returns whether something changes: false where all is so already.
class RoomSync::Change
{
public:
    using Changed = Result<bool, Refusal>;

    Change(RoomSync &room, Truth &next, std::uint64_t seen, ServerTime now) : m_room(room), m_next(next), m_seen(seen), m_now(now) {}

    Changed operator()(const Play &)
    {
        if (m_next.mediaId.empty())
            return Refusal::NothingChosen;
        if (m_next.playing)
            return false;
        if (m_seen < std::max(decided().media, decided().motion))
            return Refusal::Stale;
        m_next.playing = true;
        decided().motion = m_next.version;
        if (m_next.live)
            place(m_next.since.time_since_epoch() - m_next.targetLatency);
        else if (m_next.duration > MediaTime(0) && m_next.position >= m_next.duration)
            place(MediaTime(0));
        const auto roll = m_room.m_attendance.call(m_next, m_now, m_now);
        if (roll.ready < m_room.m_policy.needed(roll.present))
            m_room.hold(m_next, m_now, m_now);
        return true;
    }

    Changed operator()(const Pause &)
    {
        if (!m_next.playing)
            return false;
        if (m_seen < std::max(decided().media, decided().motion))
            return Refusal::Stale;
        m_next.playing = false;
        decided().motion = m_next.version;
        m_room.endWait();
        m_next.held = false;
        return true;
    }

    Changed operator()(const Seek &seek)
    {
        if (m_next.mediaId.empty())
            return Refusal::NothingChosen;
        const auto now = m_next.since.time_since_epoch();
        const bool possible = m_next.live ? within(now - seek.to, kLeastLatency, kMostLatency)
                                          : within(seek.to, MediaTime(0), m_next.duration > MediaTime(0) ? m_next.duration : kMostDuration);
        if (!possible)
            return Refusal::BadPosition;
        if (m_seen < decided().media)
            return Refusal::Stale;
        if (m_seen < decided().spot) {
            if (within(seek.to - decided().chosenSpot, -kSameSpot, kSameSpot))
                return false;
            return Refusal::Stale;
        }
        if (m_next.live)
            m_next.targetLatency = now - seek.to;
        choosePlace(seek.to);
        return true;
    }

    Changed operator()(const SetRate &wanted)
    {
        if (m_next.live)
            return Refusal::NotOfLive;
        if (!(wanted.rate >= kLeastRate && wanted.rate <= kMostRate))
            return Refusal::BadRate;
        if (m_next.rate == wanted.rate)
            return false;
        if (m_seen < decided().rate)
            return Refusal::Stale;
        m_next.rate = wanted.rate;
        decided().rate = m_next.version;
        return true;
    }

    Changed operator()(const SetLatency &wanted)
    {
        if (!m_next.live)
            return Refusal::OnlyOfLive;
        if (!within(wanted.target, kLeastLatency, kMostLatency))
            return Refusal::BadLatency;
        if (m_next.targetLatency == wanted.target)
            return false;
        if (m_seen < std::max(decided().media, decided().spot))
            return Refusal::Stale;
        m_next.targetLatency = wanted.target;
        choosePlace(m_next.since.time_since_epoch() - wanted.target);
        return true;
    }

    Changed operator()(const ChangeMedia &wanted)
    {
        if (wanted.mediaId.size() > kMostIdLength || !within(wanted.duration, MediaTime(0), kMostDuration))
            return Refusal::BadMedia;
        if (!within(wanted.from, MediaTime(0), wanted.duration > MediaTime(0) ? wanted.duration : kMostDuration))
            return Refusal::BadPosition;
        if (wanted.live && !within(wanted.targetLatency, kLeastLatency, kMostLatency))
            return Refusal::BadLatency;
        if (m_seen < decided().media) {
            if (wanted.mediaId == m_next.mediaId)
                return false;
            return Refusal::Stale;
        }
        m_room.endWait();
        m_room.m_slowSince.reset();
        m_next = {.version = m_next.version,
                  .mediaId = wanted.mediaId,
                  .live = wanted.live,
                  .since = m_next.since,
                  .rate = wanted.live ? 1 : m_next.rate,
                  .playing = wanted.play && !wanted.mediaId.empty(),
                  .duration = wanted.live ? MediaTime(0) : wanted.duration,
                  .targetLatency = wanted.live ? wanted.targetLatency : Millis(0)};
        decided().media = m_next.version;
        decided().motion = m_next.version;
        choosePlace(wanted.live ? m_next.since.time_since_epoch() - wanted.targetLatency : wanted.from);
        return true;
    }

private:
    [[nodiscard]] Decided &decided() { return m_room.m_decided; }

    void place(MediaTime position)
    {
        m_next.position = position;
        m_next.placed = m_next.version;
    }

    void choosePlace(MediaTime position)
    {
        place(position);
        decided().spot = m_next.version;
        decided().chosenSpot = position;
        if (m_next.playing && m_room.m_policy.percent > 0)
            m_room.hold(m_next, m_now, m_now); // nobody can be ready there yet
    }

    RoomSync &m_room;
    Truth &m_next;
    const std::uint64_t m_seen;
    const ServerTime m_now;
};

bool RoomSync::report(MemberId id, const Report &report, ServerTime now)
{
    if (!m_attendance.report(id, report, present(), now))
        return false;
    if (report.skew && report.mode == Mode::InStep && present().moves() && m_attendance.skewIsDue(id, now))
        m_skew.add(*report.skew);
    return true;
}

Result<Truth, Refusal> RoomSync::apply(const Command &command, std::uint64_t seenVersion, ServerTime now)
{
    if (seenVersion > present().version)
        return Refusal::UnknownVersion;
    Truth next = nextTruth(now);
    const auto changed = std::visit(Change(*this, next, seenVersion, now), command);
    if (!changed)
        return changed.error();
    return *changed ? publish(next, now) : present();
}

std::optional<Truth> RoomSync::advance(ServerTime now)
{
    const auto passed = std::clamp(now - m_lookedAt.value_or(now), Millis(0), Millis(1000));
    m_lookedAt = now;
    m_attendance.credit(passed);
    if (present().held)
        return whileHeld(now, passed);
    if (!present().moves() || now < present().since)
        return std::nullopt;
    const auto inStepBefore = now - kStandingTime;
    const auto roll = m_policy.percent > 0 ? m_attendance.call(present(), inStepBefore, now) : Roll{};
    if (now >= m_restUntil && roll.ready < m_policy.needed(roll.present)) {
        Truth next = nextTruth(now);
        hold(next, inStepBefore, now);
        return publish(next, now);
    }
    const double pace = wantedPace(roll, now);
    if (pace == present().pace)
        return std::nullopt;
    Truth next = nextTruth(now);
    next.pace = pace;
    return publish(next, now);
}

std::optional<Truth> RoomSync::whileHeld(ServerTime now, Millis passed)
{
    const auto roll = m_attendance.call(present(), m_wait->inStepBefore, now);
    m_waitedFor = roll.late;
    const bool expired = now - m_wait->since >= m_policy.limit;
    if (roll.ready < m_policy.needed(roll.present)) {
        m_attendance.charge(roll.late, expired ? 1 : passed / m_policy.limit);
        if (!expired)
            return std::nullopt;
    }
    m_restUntil = now + std::max(kLeastRest, now - m_wait->since);
    endWait();
    Truth next = nextTruth(now);
    next.held = false;
    return publish(next, now);
}

double RoomSync::wantedPace(const Roll &roll, ServerTime now)
{
    const bool isShort = roll.wellBuffered < m_policy.needed(roll.present);
    if (m_slowSince) {
        const bool tooLong = now - *m_slowSince >= kMostSlow;
        if (isShort && !tooLong)
            return kSlowPace;
        if (isShort)
            m_attendance.charge(roll.running, 1);
        m_slowSince.reset();
        m_paceRestUntil = now + kRestAfterSlow;
    } else if (isShort && now >= m_paceRestUntil) {
        m_slowSince = now;
        return kSlowPace;
    }
    if (!present().live)
        return 1;
    const auto behind = present().latencyAt(now) - present().targetLatency;
    const bool catchesUp = present().pace > 1;
    return behind > (catchesUp ? Millis(15) : kLatencyTolerance) ? kCatchUpPace : 1;
}

void RoomSync::hold(Truth &truth, ServerTime inStepBefore, ServerTime now)
{
    truth.held = true;
    m_wait = {truth.since, inStepBefore};
    m_waitedFor = m_attendance.call(truth, inStepBefore, now).late;
}

void RoomSync::endWait()
{
    m_wait.reset();
    m_waitedFor.clear();
}

/// Everybody hears of it before it begins, and never does one overtake another.
Truth RoomSync::nextTruth(ServerTime now) const
{
    Truth next = present().continuedAt(std::max(now + leadFor(m_attendance.downDelays(now)), present().since));
    ++next.version;
    return next;
}

const Truth &RoomSync::publish(const Truth &truth, ServerTime now)
{
    m_timeline.prune(now);
    m_timeline.add(truth);
    return present();
}

} // namespace matinee::rooms
