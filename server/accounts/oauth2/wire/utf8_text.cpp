#include "accounts/oauth2/wire/utf8_text.h"

#include <algorithm>

namespace matinee::accounts::oauth2 {

namespace {

/// Bytes of the character that begins here; 0 for what is none.
std::size_t characterLength(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(0);
    if (first < 0x80)
        return 1;
    const std::size_t length = first >= 0xC2 && first < 0xE0   ? 2
                               : first >= 0xE0 && first < 0xF0 ? 3
                               : first >= 0xF0 && first < 0xF5 ? 4
                                                               : 0;
    if (length == 0 || text.size() < length)
        return 0;
    // The second byte rules out overlong forms, surrogates and what lies beyond U+10FFFF.
    const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (byte(1) < low || byte(1) > high)
        return 0;
    for (std::size_t i = 2; i < length; ++i)
        if ((byte(i) & 0xC0) != 0x80)
            return 0;
    return length;
}

} // namespace

bool isUtf8(std::string_view text)
{
    while (!text.empty()) {
        const std::size_t length = characterLength(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string plainText(std::string_view text, std::size_t most)
{
    std::string out;
    while (!text.empty()) {
        const std::size_t length = characterLength(text);
        if (length == 0 || out.size() + length > most)
            break;
        const auto first = static_cast<unsigned char>(text.front());
        const bool isControl = first < 0x20 || first == 0x7F || (first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0);
        if (!isControl)
            out.append(text.substr(0, length));
        text.remove_prefix(length);
    }
    return out;
}

} // namespace matinee::accounts::oauth2
