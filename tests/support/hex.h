// Bytes written in hexadecimal (spaces allowed), for golden values in tests.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace matinee::test {

inline std::vector<std::uint8_t> hex(std::string_view text)
{
    std::vector<std::uint8_t> bytes;
    unsigned value = 0;
    bool half = false;
    for (const char c : text) {
        if (c == ' ')
            continue;
        value = value << 4 | static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
        if (half)
            bytes.push_back(static_cast<std::uint8_t>(value));
        half = !half;
    }
    return bytes;
}

} // namespace matinee::test
