#include "media/codec/bit_reader.h"

namespace matinee::media {

void BitReader::exhaust()
{
    m_ok = false;
    m_position = m_bytes.size() * 8;
}

std::uint32_t BitReader::bits(unsigned count)
{
    if (count > left()) {
        exhaust();
        return 0;
    }
    std::uint64_t value = 0;
    for (unsigned i = 0; i < count; ++i, ++m_position)
        value = value << 1 | (m_bytes[m_position / 8] >> (7 - m_position % 8) & 1U);
    return static_cast<std::uint32_t>(value);
}

void BitReader::skip(std::size_t count)
{
    if (count > left())
        exhaust();
    else
        m_position += count;
}

std::uint32_t BitReader::unsignedGolomb()
{
    unsigned zeros = 0;
    while (m_ok && !flag()) {
        if (++zeros > 32) {
            exhaust();
            return 0;
        }
    }
    if (!m_ok || zeros == 0)
        return 0;
    const std::uint32_t suffix = bits(zeros);
    if (zeros == 32) { // only 2^32 - 1 itself fits, and nothing in a parameter set is that large
        exhaust();
        return 0;
    }
    return m_ok ? (std::uint32_t{1} << zeros) - 1 + suffix : 0;
}

std::int32_t BitReader::signedGolomb()
{
    const std::uint32_t code = unsignedGolomb();
    const auto magnitude = static_cast<std::int64_t>((std::uint64_t{code} + 1) / 2);
    return static_cast<std::int32_t>(code % 2 != 0 ? magnitude : -magnitude);
}

} // namespace matinee::media
