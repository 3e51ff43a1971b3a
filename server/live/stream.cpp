#include "live/stream.h"

#include "observe/log.h"

#include <cassert>
#include <utility>

namespace matinee::live {

namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr std::size_t kEncoderBytes = 128;

/// A seat's `kick` on its own worker.
void tell(const Seat &seat, std::string reason)
{
    if (seat.worker && seat.kick)
        seat.worker->post([kick = seat.kick, reason = std::move(reason)]() mutable { kick(std::move(reason)); });
}

} // namespace

Stream::Stream(std::string name, Registry &registry, net::WorkerPool &workers, net::Worker &home, const RegistryLimits &limits,
               PublishPolicy policy, bool internal)
    : m_name(std::move(name)),
      m_registry(registry),
      m_workers(workers),
      m_home(home),
      m_limits(limits.replica),
      m_internal(internal),
      m_startedAt(std::chrono::system_clock::now()),
      m_jumps(std::make_shared<std::atomic<std::uint64_t>>(0)),
      m_places(workers.size()),
      m_standby(limits.standbyBytes),
      m_sent(workers.size()),
      m_policy(policy)
{
    m_places[home.index()] = {std::make_shared<Replica>(m_name, m_limits, m_jumps), 1};
}

void Stream::write(SourceId source, std::vector<media::FramePtr> frames)
{
    if (source != m_source && source != m_standbyId)
        settle();
    if (m_ended || frames.empty() || source == m_turnedAway)
        return;
    if (source == m_source)
        deliver(std::move(frames));
    else if (source == m_standbyId)
        m_standby.keep(frames);
}

void Stream::deliver(std::vector<media::FramePtr> frames)
{
    const auto now = StreamMeter::Clock::now();
    bool rolled = false;
    for (auto &frame : frames) {
        frame = m_timeline.map(frame);
        if (!frame)
            continue;
        rolled = m_meter.add(*frame, now) || rolled;
        m_advice.add(*frame);
        if (frame->isVideo())
            m_pictureRate.add(frame->dts, frame->payload.size());
        if (m_tracks[static_cast<std::size_t>(frame->track->kind)] != frame->track) // written on this worker only
            show({frame->track});
    }
    std::erase(frames, nullptr);
    if (frames.empty())
        return;
    const auto batch = std::make_shared<const std::vector<media::FramePtr>>(std::move(frames));
    for (std::size_t worker = 0; worker < m_places.size(); ++worker) {
        const auto &replica = m_places[worker].replica;
        if (!replica || worker == m_home.index())
            continue;
        m_workers.at(worker).post([replica, batch] { replica->push(*batch); });
    }
    m_places[m_home.index()].replica->push(*batch);
    if (!m_hasFrames.exchange(true))
        m_registry.firstFrames(m_name);
    if (rolled)
        everySecond(now);
}

void Stream::setTracks(SourceId source, std::vector<media::TrackPtr> tracks)
{
    if (source != m_source && source != m_standbyId)
        settle();
    if (m_ended)
        return;
    if (source == m_standbyId)
        return m_standby.setTracks(std::move(tracks));
    if (source != m_source)
        return;
    for (auto &track : tracks)
        track = m_timeline.announce(track);
    show(tracks);
    if (std::string excess = tooMuch(); !excess.empty()) {
        m_turnedAway = source;
        turnAway(source, std::move(excess));
    }
}

void Stream::show(const std::vector<media::TrackPtr> &tracks)
{
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
    m_places[m_home.index()].replica->setTracks(tracks);
}

/// Why the publisher must go, or nothing.
std::string Stream::tooMuch() const
{
    if (m_internal || m_source == 0)
        return {};
    const auto now = StreamMeter::Clock::now();
    const std::lock_guard lock(m_mutex);
    return excessOf(m_policy, m_tracks[static_cast<std::size_t>(media::Kind::Video)].get(), m_meter.read(now), now - m_since);
}

void Stream::everySecond(StreamMeter::Clock::time_point now)
{
    m_meter.setSent(bytesOut(), now);
    m_peakVideoKbps.store(m_pictureRate.kbps(), relaxed);
    std::int64_t lag = 0;
    for (auto &sent : m_sent)
        lag = std::max(lag, sent.lag.exchange(0, relaxed));
    m_lag.store(lag, relaxed);
    auto warnings = m_advice.warnings();
    {
        const std::lock_guard lock(m_mutex);
        m_warnings = std::move(warnings);
        const auto promised = m_promised.find(m_source);
        m_advice.setPromisedKbps(promised == m_promised.end() ? 0 : promised->second);
    }
    if (std::string excess = tooMuch(); !excess.empty() && m_turnedAway != m_source) {
        m_turnedAway = m_source;
        turnAway(m_source, std::move(excess));
    }
}

void Stream::settle()
{
    SourceId live = 0;
    SourceId standby = 0;
    std::uint64_t interruption = 0;
    Seats::Time since{};
    EndReason reason{};
    bool ended = false;
    {
        const std::lock_guard lock(m_mutex);
        live = m_seats.live() ? m_seats.live()->id : 0;
        standby = m_seats.standby() ? m_seats.standby()->id : 0;
        interruption = m_seats.interrupted() ? m_seats.interruptions() : 0;
        since = m_seats.interruptedAt();
        ended = m_seats.ended();
        reason = m_endReason;
    }
    if (m_ended)
        return;
    if (ended)
        return end(reason);
    if (interruption == 0)
        m_grace.reset();
    else
        startGrace(interruption, since);
    if (live != m_source)
        enterSource(live);
    if (standby != m_standbyId) {
        m_standbyId = standby;
        m_standby.clear();
    }
}

/// Somebody else publishes now, or nobody. Who stood by brings what was kept of it.
void Stream::enterSource(SourceId source)
{
    m_source = source;
    m_since = StreamMeter::Clock::now();
    if (source == 0)
        return;
    m_pictureRate = {};
    m_timeline.interrupt();
    if (!m_timeline.started())
        return;
    {
        const std::lock_guard lock(m_mutex);
        m_tracks = {}; // it may have no picture, or no sound
    }
    if (source != m_standbyId)
        return;
    m_standbyId = 0;
    auto tracks = m_standby.tracks();
    auto kept = m_standby.take();
    if (!tracks.empty())
        setTracks(source, std::move(tracks));
    if (!kept.empty())
        deliver(std::move(kept));
}

void Stream::startGrace(std::uint64_t interruption, Seats::Time since)
{
    if (m_grace && m_graceOf == interruption)
        return;
    std::chrono::milliseconds grace{};
    {
        const std::lock_guard lock(m_mutex);
        grace = m_policy.grace;
    }
    m_graceOf = interruption;
    m_grace = std::make_unique<asio::steady_timer>(m_home.context(), since + grace);
    m_grace->async_wait([weak = weak_from_this(), interruption](boost::system::error_code stopped) {
        const auto self = weak.lock();
        if (self && !stopped)
            self->m_registry.graceOver(self, interruption);
    });
}

void Stream::end(EndReason reason)
{
    m_ended = true;
    m_source = m_standbyId = 0;
    m_standby.clear();
    m_grace.reset();
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

Result<Seats::Claim> Stream::claim(Seat seat, PublishPolicy policy)
{
    const std::lock_guard lock(m_mutex);
    const auto info = seat.info;
    auto claimed = m_seats.claim(m_name, std::move(seat), policy.onConflict, std::chrono::steady_clock::now());
    if (!claimed)
        return claimed.error();
    m_policy = policy;
    if (*claimed != Seats::Claim::StandsBy)
        m_publisher = info;
    if (const auto evicted = m_seats.takeEvicted()) {
        m_promised.erase(evicted->id);
        tell(*evicted, "Another encoder has taken over " + m_name + " with the same key (livestream.on_conflict: replace).");
    }
    return claimed;
}

Seats::Left Stream::leave(SourceId source, bool lost, std::chrono::milliseconds grace)
{
    const std::lock_guard lock(m_mutex);
    m_policy.grace = grace;
    m_promised.erase(source);
    const bool waits = !m_internal && m_hasFrames && grace.count() > 0; // without a frame there is nothing to go on with
    const auto left = m_seats.leave(source, lost, waits, std::chrono::steady_clock::now());
    if (left == Seats::Left::TookOver)
        m_publisher = m_seats.live()->info;
    return left;
}

bool Stream::expire(std::uint64_t interruption)
{
    const std::lock_guard lock(m_mutex);
    return m_seats.expire(interruption);
}

void Stream::close(EndReason end, const std::string &reason)
{
    const std::lock_guard lock(m_mutex);
    m_endReason = end;
    m_promised.clear();
    for (const auto &seat : m_seats.close())
        tell(seat, reason);
}

void Stream::settleSoon()
{
    if (m_home.isCurrent())
        settle();
    else
        m_home.post([self = shared_from_this()] { self->settle(); });
}

bool Stream::standsBy(SourceId source) const
{
    const std::lock_guard lock(m_mutex);
    return m_seats.standby() && m_seats.standby()->id == source;
}

void Stream::turnAway(SourceId source, std::string reason)
{
    log::warn("live", "{}: the publisher is turned away: {}", m_name, reason);
    const std::lock_guard lock(m_mutex);
    for (const auto *seat : {&m_seats.live(), &m_seats.standby()}) {
        if (*seat && (*seat)->id == source)
            tell(**seat, reason);
    }
}

void Stream::setEncoder(SourceId source, std::string encoder)
{
    encoder.resize(std::min(encoder.size(), kEncoderBytes));
    const std::lock_guard lock(m_mutex);
    m_seats.setEncoder(source, encoder);
    if (m_seats.live() && m_seats.live()->id == source)
        m_publisher.encoder = std::move(encoder);
}

void Stream::setPromisedKbps(SourceId source, std::uint32_t kbps)
{
    const std::lock_guard lock(m_mutex);
    for (const auto *seat : {&m_seats.live(), &m_seats.standby()}) {
        if (*seat && (*seat)->id == source)
            m_promised[source] = kbps;
    }
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

void Stream::setRenditionViewers(const std::string &rendition, const std::string &protocol, std::uint32_t count)
{
    const std::lock_guard lock(m_mutex);
    m_renditionViewers[{rendition, protocol}] = count;
}

void Stream::sent(std::size_t worker, std::uint64_t bytes, media::MediaTime lag)
{
    auto &slot = m_sent[worker];
    slot.bytes.store(slot.bytes.load(relaxed) + bytes, relaxed);
    if (lag.count() > slot.lag.load(relaxed))
        slot.lag.store(lag.count(), relaxed);
}

std::uint64_t Stream::bytesOut() const
{
    std::uint64_t total = 0;
    for (const auto &sent : m_sent)
        total += sent.bytes.load(relaxed);
    return total;
}

std::size_t Stream::viewerCount() const
{
    const std::lock_guard lock(m_mutex);
    std::size_t total = 0;
    for (const auto &[protocol, count] : m_viewers)
        total += count;
    for (const auto &[place, count] : m_renditionViewers)
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
    statistics.bytesOut = bytesOut();
    statistics.bitrateKbps = reading.bitrateKbps;
    statistics.outKbps = reading.outKbps;
    statistics.peakVideoKbps = m_peakVideoKbps.load(relaxed);
    statistics.fps = reading.fps;
    statistics.keyFrameIntervalSeconds = reading.keyFrameIntervalSeconds;
    statistics.holders = m_holders.load(relaxed);
    statistics.jumps = m_jumps->load(relaxed);
    statistics.lag = media::MediaTime(m_lag.load(relaxed));
    const std::lock_guard lock(m_mutex);
    statistics.interrupted = m_seats.interrupted();
    statistics.backup = m_seats.standby().has_value();
    statistics.interruptions = m_seats.interruptions();
    statistics.publisher = m_publisher;
    statistics.viewers = m_viewers;
    for (const auto &[place, count] : m_renditionViewers)
        statistics.viewers[place.second] += count;
    statistics.warnings = m_warnings;
    for (const auto &track : m_tracks) {
        if (track)
            statistics.tracks.push_back(track);
    }
    return statistics;
}

} // namespace matinee::live
