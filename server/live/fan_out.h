// Sends one viewer its stream: a cursor into the replica's ring, encoded frames shared with all other viewers, one gather write a flush.
// Owned by a protocol's session for the time of play; everything runs on the connection's worker. HTTP-FLV and RTMP use it alike.
#pragma once

#include "live/flush_pacer.h"
#include "live/registry.h"
#include "net/connection.h"

#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace matinee::live {

enum class FanOutEnd
{
    ViewerLeft,    ///< Closed or broke its connection.
    PublisherLeft, ///< The stream ended; everything that was there has been sent.
    StreamDeleted,
    Draining, ///< The server stops.
    TooSlow,  ///< Took nothing for FanOutLimits::stall.
    Stopped,  ///< stop() was called.
    Revoked,  ///< What the viewer came in by has ended (live/admission.h).
};
[[nodiscard]] std::string_view fanOutEndName(FanOutEnd end); ///< "viewer left"

struct FanOutLimits
{
    std::chrono::milliseconds stall{20000};         ///< A viewer that takes no byte for so long is let go.
    std::chrono::milliseconds farewell{3000};       ///< For the rest, after the stream has ended.
    std::size_t batchBytes = std::size_t{64} << 10; ///< Taken from the ring for one write; what is behind that can still be skipped.
    int unsentBytes = 128 << 10; ///< What the kernel may hold for a viewer and has not sent. More would only be old when it leaves.
    std::size_t interjectedBytes = std::size_t{64} << 10; ///< Protocol messages waiting to go between frames; more: TooSlow.
};

/// Reads what a viewer says while it plays.
class PeerReader
{
public:
    virtual ~PeerReader() = default;
    /// False: the viewer is done, or made no sense. Must not end the fan-out in another way than stop().
    virtual bool onBytes(std::span<const std::uint8_t> bytes) = 0;
};

class FanOut final : public Subscriber
{
public:
    /// `prefix` goes first (file header, metadata). `connection` and `format` must outlive this.
    FanOut(net::Connection &connection, std::unique_ptr<Subscription> subscription, const FrameFormat &format, media::Bytes prefix,
           FanOutLimits limits = {});
    ~FanOut() override;
    FanOut(const FanOut &) = delete;
    FanOut &operator=(const FanOut &) = delete;

    /// Sends until the viewer leaves, the stream ends or the viewer stalls. What the peer says goes to `reader`; null: thrown away.
    /// Call once; the connection stays open.
    Task<FanOutEnd> run(PeerReader *reader = nullptr);

    /// Puts a protocol message between two frames. Never waits.
    void interject(media::Bytes message);
    /// Sends no frames while paused; afterwards goes on near the live edge.
    void setPaused(bool paused);
    void stop(FanOutEnd reason = FanOutEnd::Stopped);

    /// Nothing has been begun and not sent: between two messages of the protocol.
    [[nodiscard]] bool isBetweenMessages() const { return m_out.empty(); }
    [[nodiscard]] std::uint64_t bytesSent() const { return m_bytesSent; }
    [[nodiscard]] std::uint64_t framesSent() const { return m_framesSent; }
    [[nodiscard]] std::uint64_t jumps() const { return m_cursor.jumps(); }

private:
    static constexpr std::size_t kMaxVectors = 64;

    void onFrames() override;
    void onEnd(EndReason reason) override;

    void finish(FanOutEnd end, bool sendRest);
    void wake();
    void beginAtKeyFrame();
    void collect();
    void flush();
    [[nodiscard]] bool flushBatch();
    void consume(std::size_t bytes);
    void count(std::size_t bytes);
    Task<bool> waitForRoom();
    Task<void> sendPlain();
    Task<void> sendTls();
    Task<FanOutEnd> runTls(PeerReader *reader);
    Task<void> watchTls(PeerReader *reader);
    void watch();
    void readPeer();
    Task<void> endWatch();
    [[nodiscard]] std::chrono::milliseconds patience(asio::steady_timer::time_point since) const;

    // fixed at construction
    net::Connection &m_connection;
    const std::unique_ptr<Subscription> m_subscription;
    Replica &m_replica;
    const FrameFormat &m_format;

    Cursor m_cursor;
    std::uint64_t m_bytesSent = 0;
    std::uint64_t m_framesSent = 0;
    std::size_t m_untold = 0; // of m_bytesSent, for the stream's figures
    std::optional<FanOutEnd> m_end;
    bool m_sendRest = false;
    bool m_blocked = false; // the socket is full; onFrames() leaves it to the coroutine
    bool m_paused = false;
    bool m_watching = false;               // an operation that waits for the peer's bytes is pending
    std::vector<media::SharedBytes> m_out; // taken from the ring and not yet sent; at most kMaxVectors and about batchBytes
    std::size_t m_outBytes = 0;
    std::size_t m_firstSent = 0; // bytes of m_out.front() that are on their way
    media::Bytes m_interjected;
    std::optional<JoinPace> m_joining; // until the viewer has caught up with the stream
    asio::steady_timer m_wake;         // rings when the sending coroutine has something to do
    PeerReader *m_reader = nullptr;
    asio::steady_timer::time_point m_farewell;
    const FanOutLimits m_limits;
};

} // namespace matinee::live
