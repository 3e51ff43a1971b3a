#include "live/fan_out.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <sys/uio.h>

#include <algorithm>
#include <utility>

namespace matinee::live {

using asio::experimental::awaitable_operators::operator||;
using Clock = asio::steady_timer::clock_type;

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
    }
    return "unknown";
}

FanOut::FanOut(net::Connection &connection, std::unique_ptr<Subscription> subscription, const FrameFormat &format, media::Bytes prefix,
               FanOutLimits limits)
    : m_connection(connection),
      m_subscription(std::move(subscription)),
      m_format(format),
      m_limits(limits),
      m_wake(connection.worker().context(), Clock::time_point::max())
{
    if (!prefix.empty()) {
        m_outBytes = prefix.size();
        m_out.push_back(std::make_shared<const media::Bytes>(std::move(prefix)));
    }
}

FanOut::~FanOut()
{
    m_subscription->replica().detach(*this);
}

void FanOut::onFrames()
{
    if (m_blocked || m_end)
        return;
    if (m_connection.isPlain())
        flush();
    else
        wake();
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
    onFrames();
}

void FanOut::collect()
{
    if (!m_interjected.empty() && m_out.size() < kMaxVectors) {
        m_outBytes += m_interjected.size();
        m_out.push_back(std::make_shared<const media::Bytes>(std::exchange(m_interjected, {})));
    }
    auto &replica = m_subscription->replica();
    while (!m_paused && m_out.size() + 2 <= kMaxVectors && m_outBytes < m_limits.batchBytes) {
        const Next next = replica.next(m_cursor, m_format);
        if (!next.frame)
            return;
        if (next.trackChanged) {
            m_out.push_back(std::make_shared<const media::Bytes>(m_format.header(*next.frame)));
            m_outBytes += m_out.back()->size();
        }
        m_outBytes += next.encoded->size();
        m_out.push_back(next.encoded);
        ++m_framesSent;
    }
}

void FanOut::consume(std::size_t bytes)
{
    m_bytesSent += bytes;
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

std::chrono::milliseconds FanOut::patience() const
{
    if (!m_end)
        return m_limits.stall;
    return std::max(std::chrono::ceil<std::chrono::milliseconds>(m_farewell - Clock::now()), std::chrono::milliseconds(0));
}

Task<bool> FanOut::waitForRoom()
{
    const auto writable = co_await m_connection.waitWritable(patience());
    if (!writable)
        finish(writable.error() == net::IoError::TimedOut ? FanOutEnd::TooSlow : FanOutEnd::ViewerLeft, false);
    co_return static_cast<bool>(writable);
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
            (void)co_await m_wake.async_wait(asio::as_tuple(asio::use_awaitable));
            if (m_end && m_sendRest && !m_blocked)
                flush();
        }
        if (m_end && Clock::now() >= m_farewell)
            co_return;
    }
}

Task<void> FanOut::sendTls()
{
    std::vector<asio::const_buffer> buffers;
    for (;;) {
        collect();
        if (m_out.empty()) {
            if (m_end)
                co_return;
            (void)co_await m_wake.async_wait(asio::as_tuple(asio::use_awaitable));
            if (m_end && !m_sendRest)
                co_return;
            continue;
        }
        buffers.clear();
        for (const auto &bytes : m_out)
            buffers.emplace_back(bytes->data(), bytes->size());
        const auto written = co_await m_connection.write(buffers, patience());
        if (!written)
            co_return finish(written.error() == net::IoError::TimedOut ? FanOutEnd::TooSlow : FanOutEnd::ViewerLeft, false);
        consume(m_outBytes);
        if (m_end && (!m_sendRest || Clock::now() >= m_farewell))
            co_return;
    }
}

Task<FanOutEnd> FanOut::send()
{
    auto &replica = m_subscription->replica();
    if (replica.ended())
        co_return FanOutEnd::PublisherLeft;
    replica.attach(*this);
    if (m_connection.isPlain())
        co_await sendPlain();
    else
        co_await sendTls();
    replica.detach(*this);
    co_return m_end.value_or(FanOutEnd::ViewerLeft);
}

void FanOut::stop(FanOutEnd reason)
{
    finish(reason, false);
    if (m_blocked) { // waitWritable() has no other way to end early
        boost::system::error_code ignored;
        m_connection.socket().cancel(ignored);
    }
}

Task<void> FanOut::watchPeer()
{
    std::array<std::uint8_t, 64> ignored;
    for (;;) {
        const auto readable = co_await m_connection.waitReadable();
        if (!readable)
            break;
        const auto count = co_await m_connection.readSome(ignored, m_limits.stall);
        if (!count)
            break;
    }
    stop(FanOutEnd::ViewerLeft);
}

Task<FanOutEnd> FanOut::run()
{
    const auto first = co_await (send() || watchPeer());
    co_return first.index() == 0 ? std::get<0>(first) : FanOutEnd::ViewerLeft;
}

} // namespace matinee::live
