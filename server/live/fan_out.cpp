#include "live/fan_out.h"

#include <boost/asio/as_tuple.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <utility>

namespace matinee::live {

using Clock = asio::steady_timer::clock_type;

namespace {

constexpr std::size_t kTellBytes = 32768;
constexpr std::chrono::milliseconds kJoinStep{100}; // the pace of joining, where the stream itself brings no round

} // namespace

std::string_view fanOutEndName(FanOutEnd end)
{
    switch (end) {
    case FanOutEnd::ViewerLeft:
        return "viewer left";
    case FanOutEnd::PublisherLeft:
        return "stream ended";
    case FanOutEnd::StreamDeleted:
        return "stream deleted";
    case FanOutEnd::Draining:
        return "server stops";
    case FanOutEnd::TooSlow:
        return "viewer too slow";
    case FanOutEnd::Stopped:
        return "stopped";
    case FanOutEnd::Revoked:
        return "revoked";
    }
    return "unknown";
}

FanOut::FanOut(net::Connection &connection, std::unique_ptr<Subscription> subscription, const FrameFormat &format, media::Bytes prefix,
               FanOutLimits limits)
    : m_connection(connection),
      m_subscription(std::move(subscription)),
      m_replica(m_subscription->replica()),
      m_format(format),
      m_wake(connection.worker().context(), Clock::time_point::max()),
      m_limits(limits)
{
    if (!prefix.empty()) {
        m_outBytes = prefix.size();
        m_out.push_back(std::make_shared<const media::Bytes>(std::move(prefix)));
    }
    // A viewer that reads slowly has its backlog in the ring, shared and skippable, and not in a socket of its own. What is under way to a
    // peer far away is not limited by this, unlike by SO_SNDBUF.
    (void)::setsockopt(connection.socket().native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &limits.unsentBytes, sizeof limits.unsentBytes);
}

FanOut::~FanOut()
{
    m_replica.detach(*this);
    if (m_untold > 0)
        m_subscription->sent(m_untold, {});
}

void FanOut::onFrames()
{
    if (m_blocked || m_end)
        return;
    if (!m_connection.isPlain())
        wake();
    else if (!flushBatch())
        flush();
}

void FanOut::onEnd(EndReason reason)
{
    switch (reason) {
    case EndReason::PublisherLeft:
        return finish(FanOutEnd::PublisherLeft, true);
    case EndReason::Deleted:
        return finish(FanOutEnd::StreamDeleted, true);
    case EndReason::Draining:
        return finish(FanOutEnd::Draining, true);
    }
}

void FanOut::finish(FanOutEnd end, bool sendRest)
{
    if (m_end)
        return;
    m_end = end;
    m_sendRest = sendRest;
    m_farewell = Clock::now() + m_limits.farewell;
    wake();
}

void FanOut::wake()
{
    m_wake.cancel();
}

void FanOut::interject(media::Bytes message)
{
    if (m_interjected.size() + message.size() > m_limits.interjectedBytes)
        return finish(FanOutEnd::TooSlow, false);
    m_interjected.insert(m_interjected.end(), message.begin(), message.end());
    onFrames();
}

void FanOut::setPaused(bool paused)
{
    m_paused = paused;
    m_joining.reset();
    onFrames();
}

/// A new viewer's first picture goes out at once, the rest of its group at a pace.
void FanOut::beginAtKeyFrame()
{
    if (const auto group = m_replica.enter(m_cursor))
        m_joining.emplace(Clock::now(), group->first, group->second);
}

void FanOut::collect()
{
    if (!m_interjected.empty() && m_out.size() < kMaxVectors) {
        m_outBytes += m_interjected.size();
        m_out.push_back(std::make_shared<const media::Bytes>(std::exchange(m_interjected, {})));
    }
    const auto until = m_joining && !m_end ? m_joining->limit(Clock::now()) : media::MediaTime::max();
    while (!m_paused && m_out.size() + 2 <= kMaxVectors && m_outBytes < m_limits.batchBytes) {
        const Next next = m_replica.next(m_cursor, m_format, until);
        if (!next.frame) {
            if (m_joining && m_replica.lag(m_cursor) == media::MediaTime{})
                m_joining.reset();
            return;
        }
        if (next.trackChanged) {
            m_out.push_back(std::make_shared<const media::Bytes>(m_format.header(*next.frame)));
            m_outBytes += m_out.back()->size();
        }
        m_outBytes += next.encoded->size();
        m_out.push_back(next.encoded);
        ++m_framesSent;
    }
}

/// The way of nearly every viewer in nearly every round: one send() of memory that all share, nothing counted by reference.
bool FanOut::flushBatch()
{
    if (!m_out.empty() || !m_interjected.empty() || m_joining || m_paused)
        return false;
    const Batch *const batch = m_replica.batch(m_cursor, m_format);
    if (!batch)
        return false;
    const auto sent = m_connection.trySend(batch->bytes);
    if (!sent) {
        finish(FanOutEnd::ViewerLeft, false);
        return true;
    }
    if (*sent == batch->bytes.size()) {
        m_framesSent += batch->frames();
        m_replica.pass(m_cursor, *batch);
        count(*sent);
        return true;
    }
    // The socket is full. Only what has been begun must be finished; what is behind it stays in the ring.
    std::size_t rest = *sent;
    while (m_out.empty() && rest > 0) {
        const Next next = m_replica.next(m_cursor, m_format);
        ++m_framesSent;
        if (rest < next.encoded->size()) {
            m_outBytes = next.encoded->size() - rest;
            m_firstSent = rest;
            m_out.push_back(next.encoded);
        } else {
            rest -= next.encoded->size();
        }
    }
    m_blocked = true;
    count(*sent);
    wake();
    return true;
}

/// The stream's figures are shared by all; they are told in larger pieces, and whenever somebody is behind.
void FanOut::count(std::size_t bytes)
{
    m_bytesSent += bytes;
    m_untold += bytes;
    if (m_untold < kTellBytes && !m_blocked)
        return;
    m_subscription->sent(m_untold, m_replica.lag(m_cursor));
    m_untold = 0;
}

void FanOut::consume(std::size_t bytes)
{
    count(bytes);
    m_outBytes -= bytes;
    bytes += m_firstSent;
    auto done = m_out.begin();
    while (done != m_out.end() && bytes >= (*done)->size())
        bytes -= (*done++)->size();
    m_out.erase(m_out.begin(), done);
    m_firstSent = bytes;
}

void FanOut::flush()
{
    for (;;) {
        collect();
        if (m_out.empty())
            return;
        std::array<iovec, kMaxVectors> vectors;
        std::size_t count = 0;
        for (const auto &bytes : m_out) {
            const std::size_t from = count == 0 ? m_firstSent : 0;
            vectors[count++] = {const_cast<std::uint8_t *>(bytes->data() + from), bytes->size() - from}; // sendmsg() does not write there
        }
        const auto sent = m_connection.trySend(vectors.data(), count);
        if (!sent)
            return finish(FanOutEnd::ViewerLeft, false);
        consume(*sent);
        if (!m_out.empty()) {
            m_blocked = true;
            return wake();
        }
    }
}

std::chrono::milliseconds FanOut::patience(Clock::time_point since) const
{
    const auto until = m_end ? m_farewell : since + m_limits.stall;
    return std::max(std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()), std::chrono::milliseconds(0));
}

/// Looks up now and then: the stream may end meanwhile, and then there is less patience.
Task<bool> FanOut::waitForRoom()
{
    const auto since = Clock::now();
    for (;;) {
        const auto writable = co_await m_connection.waitWritable(std::min(patience(since), m_limits.farewell));
        if (writable)
            co_return true;
        const bool timedOut = writable.error() == net::IoError::TimedOut;
        if (timedOut && patience(since) > std::chrono::milliseconds(0))
            continue;
        finish(timedOut ? FanOutEnd::TooSlow : FanOutEnd::ViewerLeft, false);
        co_return false;
    }
}

Task<void> FanOut::sendPlain()
{
    flush();
    while (!m_end || (m_sendRest && m_blocked)) {
        // One co_await a branch: GCC 12 makes wrong code of `else if (co_await ...)`.
        if (m_blocked) {
            const bool room = co_await waitForRoom();
            if (!room)
                co_return;
            m_blocked = false;
            flush();
        } else {
            m_wake.expires_at(m_joining ? Clock::now() + kJoinStep : Clock::time_point::max());
            (void)co_await m_wake.async_wait(asio::as_tuple(asio::use_awaitable));
            if (!m_blocked && (m_end ? m_sendRest : m_joining.has_value()))
                flush();
        }
        if (m_end && Clock::now() >= m_farewell)
            co_return;
    }
}

Task<FanOutEnd> FanOut::run(PeerReader *reader)
{
    if (m_replica.ended())
        co_return FanOutEnd::PublisherLeft;
    beginAtKeyFrame();
    m_replica.attach(*this);
    if (!m_connection.isPlain())
        co_return co_await runTls(reader);
    m_reader = reader;
    readPeer(); // something may have come already, with what the session read
    co_await sendPlain();
    m_replica.detach(*this);
    co_await endWatch();
    co_return m_end.value_or(FanOutEnd::ViewerLeft);
}

void FanOut::stop(FanOutEnd reason)
{
    finish(reason, false);
    // waitWritable() has no other way to end early, nor has a write by TLS to somebody who takes nothing.
    const bool isHeld = m_blocked || (reason == FanOutEnd::Revoked && !m_connection.isPlain());
    if (isHeld) {
        boost::system::error_code ignored;
        m_connection.socket().cancel(ignored);
    }
}

} // namespace matinee::live
