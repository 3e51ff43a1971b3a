// Goes through the bytes of a file once and never beyond their end. Only for the sources of this folder. A value; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace matinee::media {

class ByteWalk
{
public:
    explicit ByteWalk(std::span<const std::uint8_t> bytes) : m_bytes(bytes) {}

    /// False once more was asked for than there was; everything is empty and 0 from then on.
    [[nodiscard]] bool ok() const { return m_ok; }
    [[nodiscard]] std::size_t left() const { return m_bytes.size() - m_at; }
    [[nodiscard]] std::size_t at() const { return m_at; }

    std::span<const std::uint8_t> take(std::size_t count)
    {
        if (!m_ok || count > left()) {
            m_ok = false;
            return {};
        }
        m_at += count;
        return m_bytes.subspan(m_at - count, count);
    }
    std::uint8_t u8() { return static_cast<std::uint8_t>(big(1)); }
    /// Big-endian, of 1 to 4 bytes.
    std::uint32_t big(std::size_t count)
    {
        std::uint32_t value = 0;
        for (const auto byte : take(count))
            value = value << 8 | byte;
        return value;
    }
    std::uint32_t little(std::size_t count)
    {
        std::uint32_t value = 0;
        unsigned shift = 0;
        for (const auto byte : take(count)) {
            value |= std::uint32_t{byte} << shift;
            shift += 8;
        }
        return value;
    }

private:
    std::span<const std::uint8_t> m_bytes;
    std::size_t m_at = 0;
    bool m_ok = true;
};

} // namespace matinee::media
