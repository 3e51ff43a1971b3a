// Big-endian numbers in and out of byte buffers. ByteReader never reads past its end: it turns not ok and gives zeros.
// Values; any thread.
#pragma once

#include "media/frame.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace matinee::rtmp {

class ByteReader
{
public:
    explicit ByteReader(std::span<const std::uint8_t> bytes) : m_bytes(bytes) {}

    [[nodiscard]] std::span<const std::uint8_t> take(std::size_t count)
    {
        if (count > left()) {
            m_ok = false;
            m_position = m_bytes.size();
            return {};
        }
        m_position += count;
        return m_bytes.subspan(m_position - count, count);
    }
    [[nodiscard]] std::uint64_t number(std::size_t size)
    {
        std::uint64_t value = 0;
        for (const std::uint8_t byte : take(size))
            value = value << 8 | byte;
        return value;
    }
    [[nodiscard]] std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    [[nodiscard]] std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    [[nodiscard]] std::uint32_t u24() { return static_cast<std::uint32_t>(number(3)); }
    [[nodiscard]] std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
    [[nodiscard]] double f64() { return std::bit_cast<double>(number(8)); }

    [[nodiscard]] std::size_t left() const { return m_bytes.size() - m_position; }
    [[nodiscard]] std::size_t position() const { return m_position; }
    [[nodiscard]] bool ok() const { return m_ok; }

private:
    std::span<const std::uint8_t> m_bytes;
    std::size_t m_position = 0;
    bool m_ok = true;
};

inline void appendNumber(media::Bytes &out, std::uint64_t value, std::size_t size)
{
    for (std::size_t i = size; i-- > 0;)
        out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}
inline void appendBytes(media::Bytes &out, std::span<const std::uint8_t> bytes)
{
    out.insert(out.end(), bytes.begin(), bytes.end());
}

} // namespace matinee::rtmp
