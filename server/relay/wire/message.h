// What the server and its relay processes say to each other over a socket pair, one length-prefixed message after the other.
// Values and pure functions; any thread. Either end may be hostile to the other's mind: a child has read a stranger's stream.
#pragma once

#include "media/frame.h"
#include "relay/wire/picture_order.h"
#include "relay/wire/track.h"

#include "common/protocol/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace matinee::relay::wire {

enum class JobKind : std::uint8_t
{
    Pull = 1,     ///< Read `address`, send tracks and frames.
    Push = 2,     ///< Send the FLV that comes as Media to `address`.
    Ladder = 3,   ///< Make the tracks and frames that come smaller, as `rung` says, and send them back.
    Pictures = 4, ///< Answer orders for pictures.
};

/// One rendition of a stream: H.264 of the main profile.
struct Rung
{
    std::uint32_t height = 360; ///< Of the picture; the width follows from the source's shape.
    std::uint32_t videoKbps = 600;
    std::uint8_t level = 30; ///< level_idc: 31 is level 3.1
    double maxFps = 30;      ///< Frames beyond it are left out. Thousandths on the wire.
    double sourceShare = 1;  ///< Of the most that the source's picture takes: this is the cap where it is less. Thousandths on the wire.
    std::uint32_t sourceKbps = 0; ///< That most as it is known at the beginning; 0: not yet.
    friend bool operator==(const Rung &, const Rung &) = default;
};

/// The first message to a child, and the only place where an address (it may hold a key) is told.
struct Job
{
    JobKind kind = JobKind::Pull;
    std::string address;
    std::vector<std::string> allowedNetworks; ///< relay.allow_addresses
    Rung rung;                                ///< Told for a ladder only.
    friend bool operator==(const Job &, const Job &) = default;
};

/// A piece of an FLV byte stream, ending where a tag ends.
struct Media
{
    media::Bytes bytes;
    friend bool operator==(const Media &, const Media &) = default;
};

enum class Phase : std::uint8_t
{
    Connecting = 1,
    Running = 2
};
struct State
{
    Phase phase = Phase::Connecting;
    friend bool operator==(const State &, const State &) = default;
};

/// Since the child began: what it took from its source or its target took from it; of a ladder, what it made.
struct Progress
{
    std::uint64_t bytes = 0;
    std::uint64_t frames = 0;
    std::uint64_t dropped = 0; ///< Of a ladder: pictures of the source that were left out because the machine did not keep up.
    friend bool operator==(const Progress &, const Progress &) = default;
};

enum class Reason : std::uint8_t
{
    Unreachable = 1, ///< No connection, or none any more.
    Refused = 2,     ///< The other side said no.
    Forbidden = 3,   ///< The address guard said no.
    Unsupported = 4, ///< Reached and understood, and nothing that this server carries.
    Ended = 5,       ///< The source came to its end.
    Internal = 6,    ///< This side's own fault.
};
/// The last message of a child that did not end well.
struct Failure
{
    Reason reason = Reason::Unreachable;
    std::string text; ///< For people. Untrusted.
    friend bool operator==(const Failure &, const Failure &) = default;
};

enum class Order : std::uint8_t
{
    Stop = 1
};
struct Command
{
    Order order = Order::Stop;
    friend bool operator==(const Command &, const Command &) = default;
};

using Message = std::variant<Job, Track, Frame, Media, State, Progress, Failure, Command, PictureOrder, SheetOrder, Picture, PictureRefused,
                             PortraitOrder>;

inline constexpr std::size_t kMaxMessageBytes = std::size_t{16} << 20;
inline constexpr std::size_t kMaxAddressBytes = 2048;
inline constexpr std::size_t kMaxNetworks = 256;
inline constexpr std::size_t kMaxConfigBytes = 64 * 1024;
inline constexpr std::size_t kMaxTextBytes = 1024;
inline constexpr std::size_t kMaxTracks = 8; ///< Ids are below this.
inline constexpr std::uint32_t kMaxVideoKbps = 1'000'000;
inline constexpr double kMaxFps = 1000;

/// Appends the message. Texts beyond their limit are cut. A frame, picture or piece of media beyond kMaxMessageBytes must not be given,
/// nor a value outside its range: the receiver would take the message for malformed.
void write(media::Bytes &out, const Message &message);
/// What stands before `payloadBytes` bytes of FLV that are sent from where they lie.
[[nodiscard]] media::Bytes mediaHead(std::size_t payloadBytes);

enum class ReadError
{
    Empty,       ///< A length of zero: there is no type.
    TooLarge,    ///< Longer than kMaxMessageBytes.
    UnknownType, ///< A type that this version does not have.
    Malformed,   ///< Ends early, goes on too long, or a value is out of its range.
};
[[nodiscard]] std::string_view describe(ReadError error);

class Reader
{
public:
    /// Takes all of `bytes`; gives the messages that are whole by now. After an error the reader gives that error for ever.
    [[nodiscard]] Result<std::vector<Message>, ReadError> feed(std::span<const std::uint8_t> bytes);
    /// Whether the stream could end here.
    [[nodiscard]] bool atBoundary() const { return m_held.empty(); }

private:
    media::Bytes m_held; // a message that is not whole yet: at most its length field and kMaxMessageBytes
    std::optional<ReadError> m_error;
};

} // namespace matinee::relay::wire
