// One viewer of HTTP-FLV, from the head of the answer to its end: all that is kept for it while it plays. On the worker of its connection.
#pragma once

#include "flv/message_format.h"
#include "flv/wire/tag_format.h"
#include "http/exchange.h"
#include "http/wire/client_frames.h"
#include "live/admission.h"
#include "live/fan_out.h"
#include "live/replica.h"
#include "observe/metrics.h"

#include <array>
#include <memory>
#include <span>
#include <string>

namespace matinee::flv {

/// What all viewers share: how frames are written for them, and how many there are.
class Audience
{
public:
    explicit Audience(observe::Metrics *metrics); ///< Null: nothing is counted.

    const TagFormat tags;
    const MessageFormat messages;
    void joined() { m_viewers.add(1); }
    void left(live::FanOutEnd end);

private:
    static constexpr std::array kEnds{live::FanOutEnd::ViewerLeft, live::FanOutEnd::PublisherLeft, live::FanOutEnd::StreamDeleted,
                                      live::FanOutEnd::Draining,   live::FanOutEnd::TooSlow,       live::FanOutEnd::Stopped,
                                      live::FanOutEnd::Revoked};
    observe::Gauge m_viewers;
    std::array<observe::Counter, kEnds.size()> m_closed;
};

/// What playing needs, once everything has been checked and the head of the answer has been sent.
struct Seat
{
    std::shared_ptr<Audience> audience;
    std::string name; ///< Of the stream, for the log.
    net::Connection *connection = nullptr;
    std::unique_ptr<live::Subscription> subscription;
    media::Bytes preamble;
    live::Admission admission;
};

/// The stream as it is in a file, with no end.
class TagViewing final : public http::Continuation
{
public:
    explicit TagViewing(Seat seat);
    Task<void> run(net::Connection &connection) override;

private:
    const std::shared_ptr<Audience> m_audience;
    const std::string m_name;
    live::FanOut m_fanOut;
    live::Admission m_admission; // goes first: it refers to m_fanOut
};

/// The same as binary messages of a WebSocket (RFC 6455), whose other frames are answered between two of them.
class MessageViewing final : public http::Continuation, private live::PeerReader
{
public:
    explicit MessageViewing(Seat seat);
    Task<void> run(net::Connection &connection) override;

private:
    bool onBytes(std::span<const std::uint8_t> bytes) override;

    const std::shared_ptr<Audience> m_audience;
    const std::string m_name;
    live::FanOut m_fanOut;
    live::Admission m_admission; // goes first: it refers to m_fanOut
    http::wire::ClientFrameReader m_frames;
    bool m_closed = false; ///< Close frames have been exchanged.
};

} // namespace matinee::flv
