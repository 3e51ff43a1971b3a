// Reads bits, most significant first, from a span that outlives it. A value; any thread.
// Past the end every read gives 0 and `ok()` turns false for good: check once at the end of a structure, and before a count is used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace matinee::media {

class BitReader
{
public:
    explicit BitReader(std::span<const std::uint8_t> bytes) : m_bytes(bytes) {}

    [[nodiscard]] std::uint32_t bits(unsigned count); ///< At most 32.
    [[nodiscard]] bool flag() { return bits(1) != 0; }
    /// Exp-Golomb codes of H.264 and HEVC (9.1). More than 32 leading zeros is no code: not ok.
    [[nodiscard]] std::uint32_t unsignedGolomb();
    [[nodiscard]] std::int32_t signedGolomb();
    void skip(std::size_t count);
    void align() { m_position = (m_position + 7) & ~std::size_t{7}; } ///< To the next whole byte.

    [[nodiscard]] std::size_t left() const { return m_bytes.size() * 8 - m_position; }
    [[nodiscard]] bool ok() const { return m_ok; }

private:
    void exhaust();

    std::span<const std::uint8_t> m_bytes;
    std::size_t m_position = 0; // in bits
    bool m_ok = true;
};

} // namespace matinee::media
