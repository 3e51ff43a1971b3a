#include "live/seats.h"

#include <utility>

namespace matinee::live {

namespace {

Error comesAgain(const std::string &name, std::chrono::seconds quiet)
{
    auto error =
        fail(ErrorCode::RateLimited, "Another encoder took over " + name +
                                         " (livestream.on_conflict: replace), and this one keeps coming back. Stop one of the two: "
                                         "this one is let in as soon as the other has stopped, or when it has not tried for " +
                                         std::to_string(quiet.count()) + " s.");
    error.retryAfter = quiet;
    return error;
}

} // namespace

Result<Seats::Claim> Seats::claim(const std::string &name, Seat seat, OnConflict onConflict, Time now)
{
    seat.origin = seat.info.address + " " + seat.info.encoder;
    if (!m_live) {
        m_live = std::move(seat);
        return interruptions() > 0 ? Claim::Returned : Claim::Live;
    }
    const bool standsBy = seat.backup || m_live->backup || onConflict == OnConflict::Backup;
    if (standsBy && !m_standby) {
        m_standby = std::move(seat);
        return Claim::StandsBy;
    }
    if (standsBy)
        return fail(ErrorCode::AlreadyExists, name + " has a publisher and a backup already. Stop one of the encoders first.");
    if (onConflict == OnConflict::Replace) {
        if (const auto quiet = m_takeOvers.refuse(seat.origin, now))
            return comesAgain(name, *quiet);
        m_takeOvers.note(m_live->origin, seat.origin, now);
        m_evicted = std::exchange(m_live, std::move(seat));
        ++m_interruptions;
        return Claim::Replaced;
    }
    return fail(ErrorCode::AlreadyExists, "Somebody is publishing to " + name + " already. Stop that encoder first, or kick it.");
}

Seats::Left Seats::leave(SourceId id, bool lost, bool grace, Time now)
{
    if (m_standby && m_standby->id == id) {
        m_standby.reset();
        return Left::Standby;
    }
    if (!m_live || m_live->id != id)
        return Left::Nobody;
    m_live.reset();
    if (m_standby) { // also after a proper end: who changes encoders wants that, and who ends both is soon through

        m_live = std::exchange(m_standby, std::nullopt);
        ++m_interruptions;
        return Left::TookOver;
    }
    if (lost && grace) {
        ++m_interruptions;
        m_interruptedAt = now;
        return Left::Interrupted;
    }
    m_ended = true;
    return Left::Ended;
}

bool Seats::expire(std::uint64_t interruption)
{
    if (!interrupted() || interruption != m_interruptions)
        return false;
    m_ended = true;
    return true;
}

std::vector<Seat> Seats::close()
{
    m_ended = true;
    std::vector<Seat> told;
    for (auto *seat : {&m_live, &m_standby}) {
        if (*seat)
            told.push_back(std::move(**seat));
        seat->reset();
    }
    return told;
}

void Seats::setEncoder(SourceId id, std::string encoder)
{
    for (auto *seat : {&m_live, &m_standby}) {
        if (*seat && (*seat)->id == id)
            (*seat)->info.encoder = std::move(encoder);
    }
}

} // namespace matinee::live
