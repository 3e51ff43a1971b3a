// Bytes that nobody else may see: wiped when they go, moved but never copied by accident, compared in a time that tells nothing.
// A value; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace matinee::opaque {

using Bytes = std::span<const std::uint8_t>;

/// Overwrites in a way that the compiler may not leave out.
void wipe(std::span<std::uint8_t> bytes) noexcept;
/// In a time that depends on the length only. Different lengths are different.
[[nodiscard]] bool sameBytes(Bytes a, Bytes b) noexcept;

template <std::size_t N> class Secret
{
public:
    static constexpr std::size_t kSize = N;

    Secret() = default; ///< All zeros, to be written through bytes().
    explicit Secret(std::span<const std::uint8_t, N> bytes)
    {
        for (std::size_t i = 0; i < N; ++i)
            m_bytes[i] = bytes[i];
    }
    Secret(Secret &&other) noexcept : m_bytes(other.m_bytes) { wipe(other.m_bytes); }
    Secret &operator=(Secret &&other) noexcept
    {
        if (this != &other) {
            m_bytes = other.m_bytes;
            wipe(other.m_bytes);
        }
        return *this;
    }
    Secret(const Secret &) = delete;
    Secret &operator=(const Secret &) = delete;
    ~Secret() { wipe(m_bytes); }

    [[nodiscard]] Secret clone() const { return Secret(bytes()); }
    [[nodiscard]] std::span<std::uint8_t, N> bytes() noexcept { return m_bytes; }
    [[nodiscard]] std::span<const std::uint8_t, N> bytes() const noexcept { return m_bytes; }
    [[nodiscard]] bool operator==(const Secret &other) const noexcept { return sameBytes(m_bytes, other.m_bytes); }

private:
    std::array<std::uint8_t, N> m_bytes{};
};

} // namespace matinee::opaque
