#include "mail/wire/utf8.h"

namespace matinee::mail {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// C0, DEL, C1, and what turns lines around or hides: U+2028 to U+202E, U+2066 to U+2069, U+200B to U+200F, U+061C, U+FEFF.
bool isControl(std::string_view character)
{
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
    if (character.size() == 1)
        return at(0) < 0x20 || at(0) == 0x7f;
    if (character.size() == 2)
        return (at(0) == 0xc2 && at(1) < 0xa0) || (at(0) == 0xd8 && at(1) == 0x9c);
    if (character.size() != 3)
        return false;
    if (at(0) == 0xef)
        return at(1) == 0xbb && at(2) == 0xbf;
    if (at(0) != 0xe2)
        return false;
    return (at(1) == 0x80 && ((at(2) >= 0x8b && at(2) <= 0x8f) || (at(2) >= 0xa8 && at(2) <= 0xae))) ||
           (at(1) == 0x81 && at(2) >= 0xa6 && at(2) <= 0xa9);
}

} // namespace

std::size_t characterLength(std::string_view text)
{
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = at(0);
    if (first < 0x80)
        return 1;
    std::size_t length = 0;
    unsigned char low = 0x80; // of the second octet: overlong forms, surrogates and numbers over U+10FFFF are none
    unsigned char high = 0xbf;
    if (first >= 0xc2 && first <= 0xdf) {
        length = 2;
    } else if (first >= 0xe0 && first <= 0xef) {
        length = 3;
        low = first == 0xe0 ? 0xa0 : 0x80;
        high = first == 0xed ? 0x9f : 0xbf;
    } else if (first >= 0xf0 && first <= 0xf4) {
        length = 4;
        low = first == 0xf0 ? 0x90 : 0x80;
        high = first == 0xf4 ? 0x8f : 0xbf;
    }
    if (length == 0 || text.size() < length || at(1) < low || at(1) > high)
        return 0;
    for (std::size_t i = 2; i < length; ++i) {
        if (at(i) < 0x80 || at(i) > 0xbf)
            return 0;
    }
    return length;
}

std::string repairedUtf8(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = characterLength(text);
        out += length == 0 ? kReplacement : text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

std::string oneLine(std::string_view text, std::size_t limit)
{
    std::string out;
    bool gap = false;
    std::size_t count = 0;
    while (!text.empty() && count < limit) {
        const std::size_t length = characterLength(text);
        const std::string_view character = length == 0 ? kReplacement : text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
        if (character == " " || isControl(character)) {
            gap = true;
            continue;
        }
        if (gap && !out.empty()) {
            out += ' ';
            if (++count == limit)
                break;
        }
        gap = false;
        out += character;
        ++count;
    }
    while (out.ends_with(' '))
        out.pop_back();
    return out;
}

} // namespace matinee::mail
