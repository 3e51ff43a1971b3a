// Frames of a WebSocket whose server only ever sends and whose client has nothing to say but control frames (RFC 6455, 5): what the client
// sends as data is skipped, not kept. Values; pure, any thread.
#pragma once

#include "common/protocol/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::http::wire {

enum class FrameOpcode : std::uint8_t
{
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10
};

inline constexpr std::size_t kMaxControlPayload = 125;       ///< RFC 6455 5.5
inline constexpr std::size_t kMaxSkippedPayload = 64 * 1024; ///< Of one data frame: more is not what a viewer has to say.

/// Head of one unfragmented, unmasked frame, as a server sends it. At most 10 bytes.
void appendFrameHead(std::vector<std::uint8_t> &out, FrameOpcode opcode, std::uint64_t payload);
/// A whole Close; the reason is cut to fit.
[[nodiscard]] std::vector<std::uint8_t> closeFrame(std::uint16_t code, std::string_view reason);

enum class ClientFrameError
{
    NotMasked,    ///< 5.1: a client masks everything.
    ReservedBits, ///< No extension was agreed on.
    BadOpcode,
    BadControl, ///< Fragmented, or longer than 125 bytes.
    BadLength,  ///< Not in its shortest form, or beyond 63 bits.
    TooLong,    ///< A data frame beyond kMaxSkippedPayload.
};
/// 1002 or 1009, for the Close that answers it.
[[nodiscard]] std::uint16_t closeCodeOf(ClientFrameError error);

class ClientFrameReader
{
public:
    struct Control
    {
        FrameOpcode opcode = FrameOpcode::Ping;
        std::vector<std::uint8_t> payload; ///< Unmasked.
        bool operator==(const Control &) const = default;
    };
    /// Control frames that became whole are appended to `out`. After a failure the conversation is over.
    Result<void, ClientFrameError> feed(std::span<const std::uint8_t> bytes, std::vector<Control> &out);

private:
    Result<void, ClientFrameError> beginFrame();
    [[nodiscard]] std::size_t headSize() const;

    std::array<std::uint8_t, 14> m_head{};
    std::size_t m_headBytes = 0;
    bool m_inPayload = false;
    std::uint64_t m_payloadBytes = 0; // of the frame
    std::uint64_t m_payloadSeen = 0;
    std::vector<std::uint8_t> m_control;
};

} // namespace matinee::http::wire
