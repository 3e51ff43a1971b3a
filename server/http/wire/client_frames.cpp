#include "http/wire/client_frames.h"

#include <algorithm>
#include <utility>

namespace matinee::http::wire {

namespace {

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kReserved = 0x70;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::uint8_t kControl = 0x08;
constexpr std::uint8_t kLength16 = 126;
constexpr std::uint8_t kLength64 = 127;
constexpr std::size_t kMaskBytes = 4;

} // namespace

void appendFrameHead(std::vector<std::uint8_t> &out, FrameOpcode opcode, std::uint64_t payload)
{
    out.push_back(kFinal | static_cast<std::uint8_t>(opcode));
    int bytes = 0;
    if (payload < kLength16) {
        out.push_back(static_cast<std::uint8_t>(payload));
    } else {
        bytes = payload <= 0xffff ? 2 : 8;
        out.push_back(bytes == 2 ? kLength16 : kLength64);
    }
    while (bytes-- > 0)
        out.push_back(static_cast<std::uint8_t>(payload >> (8 * bytes)));
}

std::vector<std::uint8_t> closeFrame(std::uint16_t code, std::string_view reason)
{
    reason = reason.substr(0, kMaxControlPayload - 2);
    std::vector<std::uint8_t> out;
    appendFrameHead(out, FrameOpcode::Close, 2 + reason.size());
    out.push_back(static_cast<std::uint8_t>(code >> 8));
    out.push_back(static_cast<std::uint8_t>(code));
    out.insert(out.end(), reason.begin(), reason.end());
    return out;
}

std::uint16_t closeCodeOf(ClientFrameError error)
{
    constexpr std::uint16_t protocolError = 1002;
    constexpr std::uint16_t tooBig = 1009;
    return error == ClientFrameError::TooLong ? tooBig : protocolError;
}

/// As far as it can be told from the bytes that are there.
std::size_t ClientFrameReader::headSize() const
{
    if (m_headBytes < 2)
        return 2;
    const auto length = m_head[1] & ~kMasked;
    return 2 + kMaskBytes + (length == kLength64 ? 8 : length == kLength16 ? 2 : 0);
}

Result<void, ClientFrameError> ClientFrameReader::beginFrame()
{
    const auto opcode = m_head[0] & 0x0f;
    if (m_head[0] & kReserved)
        return ClientFrameError::ReservedBits;
    if (!(m_head[1] & kMasked))
        return ClientFrameError::NotMasked;
    if ((opcode > 2 && opcode < 8) || opcode > 10)
        return ClientFrameError::BadOpcode;
    const std::uint8_t shortLength = m_head[1] & ~kMasked;
    const std::size_t extended = headSize() - 2 - kMaskBytes;
    std::uint64_t length = extended == 0 ? shortLength : 0;
    for (std::size_t i = 0; i < extended; ++i)
        length = length << 8 | m_head[2 + i];
    if (opcode & kControl && (shortLength > kMaxControlPayload || !(m_head[0] & kFinal)))
        return ClientFrameError::BadControl;
    if ((extended == 2 && length < kLength16) || (extended == 8 && (length <= 0xffff || length >> 63 != 0)))
        return ClientFrameError::BadLength;
    if (length > kMaxSkippedPayload)
        return ClientFrameError::TooLong;
    m_payloadBytes = length;
    m_payloadSeen = 0;
    m_inPayload = true;
    return {};
}

Result<void, ClientFrameError> ClientFrameReader::feed(std::span<const std::uint8_t> bytes, std::vector<Control> &out)
{
    while (!bytes.empty() || m_inPayload) {
        if (!m_inPayload) {
            m_head[m_headBytes++] = bytes.front();
            bytes = bytes.subspan(1);
            if (m_headBytes < headSize())
                continue;
            if (const auto begun = beginFrame(); !begun)
                return begun.error();
        }
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), m_payloadBytes - m_payloadSeen));
        const auto opcode = m_head[0] & 0x0f;
        if (opcode & kControl) {
            const auto *const mask = &m_head[headSize() - kMaskBytes];
            for (std::size_t i = 0; i < count; ++i)
                m_control.push_back(bytes[i] ^ mask[(m_payloadSeen + i) % kMaskBytes]);
        }
        m_payloadSeen += count;
        bytes = bytes.subspan(count);
        if (m_payloadSeen < m_payloadBytes)
            return {};
        if (opcode & kControl)
            out.push_back({static_cast<FrameOpcode>(opcode), std::exchange(m_control, {})});
        m_inPayload = false;
        m_headBytes = 0;
    }
    return {};
}

} // namespace matinee::http::wire
