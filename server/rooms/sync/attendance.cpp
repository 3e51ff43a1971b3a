#include "rooms/sync/attendance.h"

#include "rooms/sync/lead.h"

#include <algorithm>
#include <cmath>

namespace matinee::rooms {

namespace {

Millis numberOf(Millis said, Millis most)
{
    return std::isfinite(said.count()) ? std::clamp(said, Millis(0), most) : Millis(0);
}

} // namespace

void Attendance::join(MemberId id, ServerTime now)
{
    const auto [place, isNew] = m_members.try_emplace(id);
    auto &member = place->second;
    if (!isNew && !member.here)
        --m_departed;
    const double credit = member.credit;
    const bool excused = member.excused;
    member = {.inStepSince = now, .heardAt = now, .skewAt = now - kSilence};
    member.credit = credit;
    member.excused = excused;
}

void Attendance::leave(MemberId id)
{
    const auto place = m_members.find(id);
    if (place == m_members.end() || !place->second.here)
        return;
    if (place->second.credit >= 1 || m_departed >= kMostDeparted) {
        m_members.erase(place);
        return;
    }
    place->second.here = false;
    ++m_departed;
}

bool Attendance::report(MemberId id, const Report &report, const Truth &truth, ServerTime now)
{
    const auto place = m_members.find(id);
    if (place == m_members.end() || !place->second.here)
        return false;
    auto &member = place->second;
    const auto before = member.said.buffered;
    if (member.said.mode != Mode::InStep && report.mode == Mode::InStep)
        member.inStepSince = now;
    member.said = report;
    member.said.buffered = numberOf(report.buffered, kAllBuffered);
    member.said.downDelay = numberOf(report.downDelay, kMostLead);
    member.heardAt = now;
    // Near to live nobody can have much.
    const auto low = truth.live ? std::min(kLowBuffer, truth.targetLatency / 4) : kLowBuffer;
    const auto good = truth.live ? std::min(kGoodBuffer, truth.targetLatency / 2) : kGoodBuffer;
    if (member.said.buffered >= good)
        member.running = false;
    else if (member.said.buffered < low && member.said.buffered <= before)
        member.running = true;
    return true;
}

bool Attendance::skewIsDue(MemberId id, ServerTime now)
{
    const auto place = m_members.find(id);
    if (place == m_members.end() || now - place->second.skewAt < Millis(500))
        return false;
    place->second.skewAt = now;
    return true;
}

bool Attendance::follows(const Member &member, ServerTime now)
{
    return member.here && member.said.mode == Mode::InStep && now - member.heardAt <= kSilence;
}

Roll Attendance::call(const Truth &truth, ServerTime inStepBefore, ServerTime now) const
{
    Roll roll;
    for (const auto &[id, member] : m_members) {
        if (!follows(member, now) || member.excused || member.inStepSince > inStepBefore)
            continue;
        ++roll.present;
        if (member.said.ready && member.said.version >= truth.placed)
            ++roll.ready;
        else
            roll.late.push_back(id);
        if (member.running)
            roll.running.push_back(id);
        else
            ++roll.wellBuffered;
    }
    return roll;
}

void Attendance::credit(Millis passed)
{
    for (auto place = m_members.begin(); place != m_members.end();) {
        auto &member = place->second;
        if (!member.here || member.said.ready) {
            member.credit = std::min(1.0, member.credit + passed / kCreditTime);
            member.excused = member.excused && member.credit < 0.5;
        }
        if (member.here || member.credit < 1) {
            ++place;
        } else {
            place = m_members.erase(place);
            --m_departed;
        }
    }
}

void Attendance::charge(const std::vector<MemberId> &members, double share)
{
    for (const auto id : members) {
        const auto place = m_members.find(id);
        if (place == m_members.end())
            continue;
        place->second.credit = std::max(0.0, place->second.credit - share);
        place->second.excused = place->second.excused || place->second.credit <= 0;
    }
}

std::vector<Millis> Attendance::downDelays(ServerTime now) const
{
    std::vector<Millis> delays;
    delays.reserve(m_members.size());
    for (const auto &[id, member] : m_members)
        if (follows(member, now))
            delays.push_back(member.said.downDelay);
    return delays;
}

} // namespace matinee::rooms
