// Bytes written in hexadecimal, for golden values.
#pragma once

#include "media/frame.h"

#include <string_view>

namespace matinee::media {

inline Bytes hex(std::string_view text)
{
    Bytes bytes;
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

} // namespace matinee::media
