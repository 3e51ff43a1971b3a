// Material that lies: parameter sets of pictures that nobody has, JPEGs larger than they are. Pure; for tests.
#pragma once

#include "media/frame.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace matinee::hostile {

/// Bits, and Exp-Golomb numbers (H.264, 9.1).
class BitWriter
{
public:
    void bits(std::uint32_t value, unsigned count)
    {
        for (unsigned i = count; i-- > 0;) {
            if (m_used == 0)
                m_bytes.push_back(0);
            m_bytes.back() |= static_cast<std::uint8_t>(((value >> i) & 1U) << (7 - m_used));
            m_used = (m_used + 1) % 8;
        }
    }
    void golomb(std::uint32_t value)
    {
        const auto width = static_cast<unsigned>(std::bit_width(value + 1));
        bits(0, width - 1);
        bits(value + 1, width);
    }
    media::Bytes finish()
    {
        bits(1, 1);
        return m_bytes;
    }

private:
    media::Bytes m_bytes;
    unsigned m_used = 0;
};

/// The SPS of a baseline stream of any size that 16 divides (H.264, 7.3.2.1.1).
inline media::Bytes sps(int width, int height)
{
    BitWriter writer;
    writer.bits(0x67, 8);
    writer.bits(66, 8); // profile
    writer.bits(0xc0, 8);
    writer.bits(62, 8);
    writer.golomb(0); // id
    writer.golomb(0); // frame numbers of 4 bits
    writer.golomb(2); // order as decoded
    writer.golomb(1); // reference pictures
    writer.bits(0, 1);
    writer.golomb(static_cast<std::uint32_t>(width / 16 - 1));
    writer.golomb(static_cast<std::uint32_t>(height / 16 - 1));
    writer.bits(1, 1); // frames only
    writer.bits(1, 1);
    writer.bits(0, 1); // no cropping
    writer.bits(0, 1); // no VUI
    auto bytes = writer.finish();
    // Emulation prevention (7.4.1).
    media::Bytes escaped;
    unsigned zeros = 0;
    for (const auto byte : bytes) {
        if (zeros >= 2 && byte <= 3) {
            escaped.push_back(3);
            zeros = 0;
        }
        escaped.push_back(byte);
        zeros = byte == 0 ? zeros + 1 : 0;
    }
    return escaped;
}

/// The configuration of a real stream with that SPS in place of its own.
inline media::Bytes avcOfSize(const media::Bytes &real, int width, int height)
{
    const std::size_t old = (std::size_t{real[6]} << 8) | real[7];
    const auto set = sps(width, height);
    media::Bytes config(real.begin(), real.begin() + 6);
    config.push_back(static_cast<std::uint8_t>(set.size() >> 8));
    config.push_back(static_cast<std::uint8_t>(set.size()));
    config.insert(config.end(), set.begin(), set.end());
    config.insert(config.end(), real.begin() + 8 + static_cast<std::ptrdiff_t>(old), real.end());
    return config;
}

/// The JPEG with another size in its frame header (SOF0 or SOF2: T.81, B.2.2).
inline media::Bytes jpegOfSize(media::Bytes jpeg, int width, int height)
{
    for (std::size_t i = 0; i + 9 < jpeg.size(); ++i) {
        if (jpeg[i] != 0xff || (jpeg[i + 1] != 0xc0 && jpeg[i + 1] != 0xc2))
            continue;
        jpeg[i + 5] = static_cast<std::uint8_t>(height >> 8);
        jpeg[i + 6] = static_cast<std::uint8_t>(height);
        jpeg[i + 7] = static_cast<std::uint8_t>(width >> 8);
        jpeg[i + 8] = static_cast<std::uint8_t>(width);
        break;
    }
    return jpeg;
}

} // namespace matinee::hostile
