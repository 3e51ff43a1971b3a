#include "live/seats.h"

#include <utility>

namespace matinee::live {

Result<Seats::Claim> Seats::claim(const std::string &name, Seat seat, OnConflict onConflict)
{
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
