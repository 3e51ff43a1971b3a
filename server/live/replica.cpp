#include "live/replica.h"

#include <algorithm>
#include <utility>

namespace matinee::live {

using media::Kind;
using media::MediaTime;

namespace {

constexpr MediaTime kAudioOnlyJoin = std::chrono::seconds(1);

std::size_t kindIndex(const media::Frame &frame) { return static_cast<std::size_t>(frame.track->kind); }

} // namespace

Replica::Replica(std::string name, ReplicaLimits limits, std::shared_ptr<std::atomic<std::uint64_t>> jumps)
    : m_name(std::move(name))
    , m_limits(limits)
    , m_jumps(std::move(jumps))
{
}

void Replica::attach(Subscriber &subscriber) { m_subscribers.push_back(&subscriber); }

void Replica::detach(Subscriber &subscriber)
{
    const auto found = std::find(m_subscribers.begin(), m_subscribers.end(), &subscriber);
    if (found == m_subscribers.end())
        return;
    if (m_telling)
        *found = nullptr; // push() tidies up when its walk is over
    else
        m_subscribers.erase(found);
}

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
    m_telling = true;
    for (std::size_t i = 0; i < m_subscribers.size(); ++i) {
        if (auto *subscriber = m_subscribers[i])
            subscriber->onFrames();
    }
    m_telling = false;
    std::erase(m_subscribers, nullptr);
}

void Replica::append(const media::FramePtr &frame)
{
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

Next Replica::next(Cursor &cursor, const FrameFormat &format) { return advance(cursor, &format); }

Next Replica::next(Cursor &cursor) { return advance(cursor, nullptr); }

Next Replica::advance(Cursor &cursor, const FrameFormat *format)
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
        const auto sequence = cursor.m_next++;
        auto &here = slot(sequence);
        const auto &frame = *here.frame;
        if (frame.isVideo()) {
            if (sequence < cursor.m_videoFrom || (cursor.m_awaitKey && !frame.key))
                continue;
            cursor.m_awaitKey = false;
        }
        media::SharedBytes encoded;
        if (format) {
            auto &kept = here.encoded[static_cast<std::size_t>(format->format())];
            if (!kept)
                kept = std::make_shared<const media::Bytes>(format->encode(frame));
            encoded = kept;
        }
        auto &seen = cursor.m_seen[kindIndex(frame)];
        const bool trackChanged = seen != frame.track;
        if (trackChanged)
            seen = frame.track;
        return {&frame, std::move(encoded), trackChanged, std::exchange(cursor.m_jumped, false)};
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
    const auto subscribers = std::exchange(m_subscribers, {});
    for (auto *subscriber : subscribers) {
        if (subscriber)
            subscriber->onEnd(reason);
    }
}

} // namespace matinee::live
