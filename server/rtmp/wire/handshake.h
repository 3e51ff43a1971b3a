// The server's side of the RTMP handshake, simple and with digests. A value; pure: the random bytes are given.
// Adobe RTMP 1.0, 5.2; the digest form is that of Flash Player 9 and later, which some encoders still ask for.
#pragma once

#include "media/frame.h"

#include "common/protocol/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace matinee::rtmp {

enum class HandshakeError
{
    NotRtmp, ///< The first byte is not version 3: HTTP, TLS, a scanner.
};

class Handshake
{
public:
    static constexpr std::size_t kPartBytes = 1536;
    using Random = std::array<std::uint8_t, kPartBytes>;

    explicit Handshake(const Random &random) : m_random(random) {}

    /// Takes bytes until the handshake is done and says how many it used; what is left belongs to the chunk stream.
    Result<std::size_t, HandshakeError> feed(std::span<const std::uint8_t> bytes);
    [[nodiscard]] bool done() const { return m_received.size() == 1 + 2 * kPartBytes; }
    /// What to send now; empties it.
    [[nodiscard]] media::Bytes takeOutput();

private:
    void answer();

    const Random m_random;
    media::Bytes m_received; // C0, C1 and C2
    media::Bytes m_output;
};

} // namespace matinee::rtmp
