#include "rtmp/wire/handshake.h"

#include "rtmp/wire/handshake_digest.h"

#include <algorithm>
#include <utility>

namespace matinee::rtmp {

Result<std::size_t, HandshakeError> Handshake::feed(std::span<const std::uint8_t> bytes)
{
    constexpr std::size_t firstPart = 1 + kPartBytes;
    constexpr std::size_t whole = 1 + 2 * kPartBytes;
    if (m_received.empty() && !bytes.empty() && bytes[0] != 3)
        return HandshakeError::NotRtmp;
    const bool answered = m_received.size() >= firstPart;
    const std::size_t used = std::min(bytes.size(), whole - m_received.size());
    m_received.insert(m_received.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(used));
    if (!answered && m_received.size() >= firstPart)
        answer();
    return used;
}

void Handshake::answer()
{
    const auto c1 = std::span(m_received).subspan(1).first<kPartBytes>();
    std::array<std::uint8_t, kPartBytes> s1 = m_random;
    std::array<std::uint8_t, kPartBytes> s2{};
    // A client that speaks the digest form names its version here and checks ours; all others expect zeros and their own bytes back.
    const auto digest = findClientDigest(c1);
    if (digest) {
        signServerParts(*digest, s1, s2, m_random);
    } else {
        std::fill_n(s1.begin(), 8, std::uint8_t{0});
        std::copy(c1.begin(), c1.end(), s2.begin());
    }
    m_output.push_back(3);
    m_output.insert(m_output.end(), s1.begin(), s1.end());
    m_output.insert(m_output.end(), s2.begin(), s2.end());
}

media::Bytes Handshake::takeOutput()
{
    return std::exchange(m_output, {});
}

} // namespace matinee::rtmp
