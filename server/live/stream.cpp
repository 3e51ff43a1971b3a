#include "live/stream.h"

#include <cassert>
#include <utility>

namespace matinee::live {

Stream::Stream(std::string name, PublisherInfo info, net::WorkerPool &workers, net::Worker &home, ReplicaLimits limits,
               std::function<void(std::string)> kick)
    : m_name(std::move(name))
    , m_workers(workers)
    , m_home(home)
    , m_limits(limits)
    , m_kick(std::move(kick))
    , m_startedAt(std::chrono::system_clock::now())
    , m_jumps(std::make_shared<std::atomic<std::uint64_t>>(0))
    , m_places(workers.size())
    , m_info(std::move(info))
{
    m_places[home.index()] = {std::make_shared<Replica>(m_name, m_limits, m_jumps), 1};
}

void Stream::write(std::vector<media::FramePtr> frames)
{
    assert(m_home.isCurrent());
    if (m_ended || frames.empty())
        return;
    const auto now = StreamMeter::Clock::now();
    for (const auto &frame : frames) {
        m_meter.add(*frame, now);
        if (m_tracks[static_cast<std::size_t>(frame->track->kind)] != frame->track) // written on this worker only
            setTracks({frame->track});
    }
    const auto batch = std::make_shared<const std::vector<media::FramePtr>>(std::move(frames));
    for (std::size_t worker = 0; worker < m_places.size(); ++worker) {
        const auto &replica = m_places[worker].replica;
        if (!replica || worker == m_home.index())
            continue;
        m_workers.at(worker).post([replica, batch] { replica->push(*batch); });
    }
    m_places[m_home.index()].replica->push(*batch);
}

void Stream::setTracks(std::vector<media::TrackPtr> tracks)
{
    assert(m_home.isCurrent());
    {
        const std::lock_guard lock(m_mutex);
        for (const auto &track : tracks)
            m_tracks[static_cast<std::size_t>(track->kind)] = track;
    }
    for (std::size_t worker = 0; worker < m_places.size(); ++worker) {
        const auto &replica = m_places[worker].replica;
        if (replica && worker != m_home.index())
            m_workers.at(worker).post([replica, tracks] { replica->setTracks(tracks); });
    }
    m_places[m_home.index()].replica->setTracks(std::move(tracks));
}

void Stream::end(EndReason reason)
{
    assert(m_home.isCurrent());
    if (std::exchange(m_ended, true))
        return;
    for (std::size_t worker = 0; worker < m_places.size(); ++worker) {
        if (const auto replica = std::exchange(m_places[worker].replica, nullptr))
            m_workers.at(worker).post([replica, reason] { replica->end(reason); });
    }
}

std::shared_ptr<Replica> Stream::acquireReplica(std::size_t worker)
{
    assert(m_home.isCurrent());
    if (m_ended)
        return nullptr;
    auto &place = m_places[worker];
    if (!place.replica) {
        const auto &own = *m_places[m_home.index()].replica;
        place.replica = std::make_shared<Replica>(m_name, m_limits, m_jumps);
        place.replica->setTracks(own.tracks());
        place.replica->push(own.sinceKeyFrame()); // nobody else sees it yet
    }
    ++place.users;
    return place.replica;
}

void Stream::releaseReplica(std::size_t worker)
{
    assert(m_home.isCurrent());
    auto &place = m_places[worker];
    if (place.users > 0 && --place.users == 0)
        place.replica.reset();
}

void Stream::kick(std::string reason)
{
    m_home.post([self = shared_from_this(), reason = std::move(reason)]() mutable {
        if (!self->m_ended)
            self->m_kick(std::move(reason));
    });
}

void Stream::setEncoder(std::string encoder)
{
    encoder.resize(std::min<std::size_t>(encoder.size(), 128));
    const std::lock_guard lock(m_mutex);
    m_info.encoder = std::move(encoder);
}

void Stream::addViewers(const std::string &protocol, int change)
{
    const std::lock_guard lock(m_mutex);
    m_viewers[protocol] += static_cast<std::uint32_t>(change);
}

void Stream::setViewers(const std::string &protocol, std::uint32_t count)
{
    const std::lock_guard lock(m_mutex);
    m_viewers[protocol] = count;
}

std::size_t Stream::viewerCount() const
{
    const std::lock_guard lock(m_mutex);
    std::size_t total = 0;
    for (const auto &[protocol, count] : m_viewers)
        total += count;
    return total;
}

Statistics Stream::statistics() const
{
    const auto reading = m_meter.read(StreamMeter::Clock::now());
    Statistics statistics;
    statistics.startedAt = m_startedAt;
    statistics.frames = reading.frames;
    statistics.bytes = reading.bytes;
    statistics.bitrateKbps = reading.bitrateKbps;
    statistics.fps = reading.fps;
    statistics.keyFrameIntervalSeconds = reading.keyFrameIntervalSeconds;
    statistics.jumps = m_jumps->load(std::memory_order_relaxed);
    const std::lock_guard lock(m_mutex);
    statistics.publisher = m_info;
    statistics.viewers = m_viewers;
    for (const auto &track : m_tracks) {
        if (track)
            statistics.tracks.push_back(track);
    }
    return statistics;
}

} // namespace matinee::live
