#include "flv/viewing.h"

#include "observe/log.h"

#include <utility>

namespace matinee::flv {

namespace {

using http::wire::FrameOpcode;

constexpr std::chrono::milliseconds kFarewell{2000}; // for the last message to be taken
constexpr std::uint16_t kNormalClosure = 1000;       // RFC 6455 7.4.1
constexpr std::uint16_t kGoingAway = 1001;
constexpr std::uint16_t kPolicyViolation = 1008;
constexpr std::chrono::milliseconds kBriefFarewell{300}; // for somebody who may have no more

void noteEnd(const std::string &name, live::FanOutEnd end, const live::FanOut &fanOut)
{
    log::debug("flv", "{}: closed: {}; {} frames, {} bytes, {} jumps", name, live::fanOutEndName(end), fanOut.framesSent(),
               fanOut.bytesSent(), fanOut.jumps());
}

/// What is said at the end, and for how long.
struct Farewell
{
    std::uint16_t code;
    const char *sentence;
    std::chrono::milliseconds patience = kFarewell;
};

Farewell farewellOf(live::FanOutEnd end)
{
    if (end == live::FanOutEnd::Draining)
        return {kGoingAway, "The server is going down."};
    if (end == live::FanOutEnd::Revoked)
        return {kPolicyViolation, "What you came in by lets you watch this stream no longer.", kBriefFarewell};
    return {kNormalClosure, "The stream has ended."};
}

} // namespace

Audience::Audience(observe::Metrics *metrics)
{
    if (!metrics)
        return;
    m_viewers = metrics->gauge("matinee_flv_viewers", "Connections that are playing HTTP-FLV.");
    for (std::size_t i = 0; i < kEnds.size(); ++i)
        m_closed[i] = metrics->counter("matinee_flv_closed_total", "HTTP-FLV viewers gone, by reason.",
                                       {{"reason", std::string(live::fanOutEndName(kEnds[i]))}});
}

void Audience::left(live::FanOutEnd end)
{
    m_viewers.add(-1);
    for (std::size_t i = 0; i < kEnds.size(); ++i) {
        if (kEnds[i] == end)
            m_closed[i].add();
    }
}

TagViewing::TagViewing(Seat seat)
    : m_audience(std::move(seat.audience)),
      m_name(std::move(seat.name)),
      m_fanOut(*seat.connection, std::move(seat.subscription), m_audience->tags, std::move(seat.preamble)),
      m_admission(std::move(seat.admission))
{
    m_admission.bind(m_fanOut);
}

Task<void> TagViewing::run(net::Connection &)
{
    m_audience->joined();
    auto end = live::FanOutEnd::Revoked;
    if (!m_admission.isOver())
        end = co_await m_fanOut.run();
    noteEnd(m_name, end, m_fanOut);
    m_audience->left(end);
}

MessageViewing::MessageViewing(Seat seat)
    : m_audience(std::move(seat.audience)),
      m_name(std::move(seat.name)),
      m_fanOut(*seat.connection, std::move(seat.subscription), m_audience->messages, message(seat.preamble)),
      m_admission(std::move(seat.admission))
{
    m_admission.bind(m_fanOut);
}

Task<void> MessageViewing::run(net::Connection &connection)
{
    m_audience->joined();
    auto end = live::FanOutEnd::Revoked;
    if (!m_admission.isOver())
        end = co_await m_fanOut.run(this);
    noteEnd(m_name, end, m_fanOut);
    const bool isCutShort = end == live::FanOutEnd::Revoked && !m_fanOut.isBetweenMessages(); // a frame within another one is none
    if (!m_closed && !isCutShort && end != live::FanOutEnd::ViewerLeft && end != live::FanOutEnd::TooSlow) {
        const Farewell farewell = farewellOf(end);
        const auto close = http::wire::closeFrame(farewell.code, farewell.sentence);
        const asio::const_buffer buffer(close.data(), close.size());
        (void)co_await connection.write(std::span(&buffer, 1), farewell.patience);
    }
    m_audience->left(end);
}

bool MessageViewing::onBytes(std::span<const std::uint8_t> bytes)
{
    std::vector<http::wire::ClientFrameReader::Control> controls;
    const auto fed = m_frames.feed(bytes, controls);
    for (const auto &control : controls) {
        if (control.opcode == FrameOpcode::Pong)
            continue;
        // RFC 6455 5.5.1 and 5.5.3: a Ping comes back as Pong, a Close as Close, both with what was in them.
        const bool close = control.opcode == FrameOpcode::Close;
        media::Bytes answer;
        http::wire::appendFrameHead(answer, close ? FrameOpcode::Close : FrameOpcode::Pong, control.payload.size());
        answer.insert(answer.end(), control.payload.begin(), control.payload.end());
        m_fanOut.interject(std::move(answer));
        m_closed = m_closed || close;
        if (m_closed)
            return false;
    }
    if (!fed) {
        m_fanOut.interject(http::wire::closeFrame(http::wire::closeCodeOf(fed.error()), "This is no WebSocket frame of a client."));
        m_closed = true;
    }
    return !m_closed;
}

} // namespace matinee::flv
