// Octets as the values of this folder hold them, and views of text as octets. Any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace matinee::accounts {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

[[nodiscard]] inline BytesView bytesOf(std::string_view text)
{
    return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view textOf(BytesView bytes)
{
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline Bytes copyOf(BytesView bytes)
{
    return {bytes.begin(), bytes.end()};
}

} // namespace matinee::accounts
