#include "live/replica.h"

#include <algorithm>
#include <utility>

namespace matinee::live {

using media::Kind;
using media::MediaTime;

namespace {

constexpr MediaTime kAudioOnlyJoin = std::chrono::seconds(1);
constexpr std::uint64_t kBatchFrames = 256; // more is not what a round brings, but somebody who is behind

std::size_t kindIndex(const media::Frame &frame) { return static_cast<std::size_t>(frame.track->kind); }

} // namespace

Replica::Replica(std::string name, ReplicaLimits limits, std::shared_ptr<std::atomic<std::uint64_t>> jumps)
    : m_name(std::move(name)),
      m_limits(limits),
      m_rounds(std::make_shared<FlushRounds>(limits.paces)),
      m_jumps(std::move(jumps))
{
}

void Replica::attach(Subscriber &subscriber) { m_rounds->attach(subscriber); }

void Replica::detach(Subscriber &subscriber) { m_rounds->detach(subscriber); }

std::vector<media::TrackPtr> Replica::tracks() const
{
    std::vector<media::TrackPtr> known;
    for (const auto &track : m_tracks) {
        if (track)
            known.push_back(track);
    }
    return known;
}

void Replica::setTracks(std::vector<media::TrackPtr> tracks)
{
    for (auto &track : tracks)
        m_tracks[static_cast<std::size_t>(track->kind)] = std::move(track);
}

void Replica::push(const std::vector<media::FramePtr> &frames)
{
    if (m_ended)
        return;
    for (const auto &frame : frames)
        append(frame);
    trim();
    const bool picture = !m_tracks[static_cast<std::size_t>(Kind::Video)] ||
                         std::any_of(frames.begin(), frames.end(), [](const auto &frame) { return frame->isVideo(); });
    m_rounds->onFrames(picture);
}

void Replica::append(const media::FramePtr &frame)
{
    if (frame->discontinuity) { // another publisher, perhaps without a picture: nobody joins at a key frame of the one before
        m_tracks = {};
        m_hasKeyFrame = false;
    }
    auto &track = m_tracks[kindIndex(*frame)];
    if (track != frame->track)
        track = frame->track;
    if (frame->isVideo() && frame->key) {
        m_keyFrame = end();
        m_hasKeyFrame = true;
    }
    m_bytes += frame->payload.size();
    m_ring.push_back({frame, {}});
}

void Replica::trim()
{
    while (m_ring.size() > 1) {
        const auto &front = *m_ring.front().frame;
        const bool needed = m_hasKeyFrame && m_begin >= m_keyFrame;
        const bool old = newest() - front.dts > m_limits.history && !needed;
        if (!old && m_bytes <= m_limits.ringBytes)
            return;
        m_bytes -= front.payload.size();
        m_ring.pop_front();
        ++m_begin;
        if (m_hasKeyFrame && m_keyFrame < m_begin)
            m_hasKeyFrame = false;
    }
}

std::uint64_t Replica::joinPoint() const
{
    if (m_hasKeyFrame)
        return m_keyFrame;
    if (m_tracks[static_cast<std::size_t>(Kind::Video)] || m_ring.empty())
        return end();
    const auto from = newest() - kAudioOnlyJoin;
    const auto first = std::find_if(m_ring.begin(), m_ring.end(), [&](const Slot &slot) { return slot.frame->dts >= from; });
    return m_begin + static_cast<std::uint64_t>(first - m_ring.begin());
}

std::vector<media::FramePtr> Replica::sinceKeyFrame() const
{
    std::vector<media::FramePtr> frames;
    for (auto sequence = joinPoint(); sequence < end(); ++sequence)
        frames.push_back(m_ring[sequence - m_begin].frame);
    return frames;
}

void Replica::join(Cursor &cursor) const
{
    cursor.m_joined = true;
    cursor.m_next = joinPoint();
    cursor.m_videoFrom = cursor.m_next;
    cursor.m_awaitKey = true;
}

void Replica::jump(Cursor &cursor, std::uint64_t videoFrom)
{
    cursor.m_videoFrom = videoFrom;
    cursor.m_awaitKey = true;
    cursor.m_jumped = true;
    ++cursor.m_jumps;
    m_jumps->fetch_add(1, std::memory_order_relaxed);
}

Next Replica::next(Cursor &cursor, const FrameFormat &format, MediaTime until) { return advance(cursor, &format, until); }

Next Replica::next(Cursor &cursor) { return advance(cursor, nullptr, MediaTime::max()); }

const media::SharedBytes &Replica::encoded(Slot &slot, const FrameFormat &format) const
{
    auto &kept = slot.encoded[static_cast<std::size_t>(format.format())];
    if (!kept)
        kept = std::make_shared<const media::Bytes>(format.encode(*slot.frame));
    return kept;
}

std::optional<std::pair<MediaTime, MediaTime>> Replica::enter(Cursor &cursor) const
{
    join(cursor);
    if (cursor.m_next >= end())
        return std::nullopt;
    return std::pair(m_ring[cursor.m_next - m_begin].frame->dts, newest());
}

const Batch *Replica::batch(const Cursor &cursor, const FrameFormat &format)
{
    const auto from = cursor.m_next;
    if (!cursor.m_joined || cursor.m_awaitKey || cursor.m_jumped || from < m_begin || from >= end() || from < cursor.m_videoFrom)
        return nullptr;
    auto &batch = m_batches[static_cast<std::size_t>(format.format())];
    if (batch.begin != from || batch.end != end()) {
        if (end() - from > kBatchFrames || lag(cursor) > m_limits.lag)
            return nullptr;
        batch.begin = from;
        batch.end = end();
        batch.tracks = {};
        batch.bytes.clear();
        for (auto sequence = from; sequence < end(); ++sequence) {
            auto &here = slot(sequence);
            auto &track = batch.tracks[kindIndex(*here.frame)];
            if (track && track != here.frame->track.get()) { // a header belongs between them
                batch.end = from;
                return nullptr;
            }
            track = here.frame->track.get();
            const auto &piece = *encoded(here, format);
            batch.bytes.insert(batch.bytes.end(), piece.begin(), piece.end());
        }
    }
    for (std::size_t kind = 0; kind < batch.tracks.size(); ++kind) {
        if (batch.tracks[kind] && batch.tracks[kind] != cursor.m_seen[kind].get())
            return nullptr;
    }
    return &batch;
}

Next Replica::advance(Cursor &cursor, const FrameFormat *format, MediaTime until)
{
    if (!cursor.m_joined)
        join(cursor);
    if (cursor.m_next < m_begin) { // the ring went on without this viewer
        jump(cursor, m_hasKeyFrame ? m_keyFrame : m_begin);
        cursor.m_next = m_begin;
    }
    while (cursor.m_next < end()) {
        if (m_hasKeyFrame && m_keyFrame > cursor.m_next && m_keyFrame > cursor.m_videoFrom && lag(cursor) > m_limits.lag)
            jump(cursor, m_keyFrame);
        auto &here = slot(cursor.m_next);
        const auto &frame = *here.frame;
        if (frame.dts > until)
            return {};
        const auto sequence = cursor.m_next++;
        if (frame.isVideo()) {
            if (sequence < cursor.m_videoFrom || (cursor.m_awaitKey && !frame.key))
                continue;
            cursor.m_awaitKey = false;
        }
        media::SharedBytes bytes;
        if (format)
            bytes = encoded(here, *format);
        auto &seen = cursor.m_seen[kindIndex(frame)];
        const bool trackChanged = seen != frame.track;
        if (trackChanged)
            seen = frame.track;
        return {&frame, std::move(bytes), trackChanged, std::exchange(cursor.m_jumped, false)};
    }
    return {};
}

MediaTime Replica::lag(const Cursor &cursor) const
{
    if (!cursor.m_joined || m_ring.empty() || cursor.m_next >= end())
        return {};
    return newest() - m_ring[std::max(cursor.m_next, m_begin) - m_begin].frame->dts;
}

void Replica::end(EndReason reason)
{
    if (m_ended)
        return;
    m_ended = true;
    for (auto *subscriber : m_rounds->takeAll())
        subscriber->onEnd(reason);
}

} // namespace matinee::live
