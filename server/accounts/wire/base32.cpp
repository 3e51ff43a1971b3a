#include "accounts/wire/base32.h"

namespace matinee::accounts {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// -1 for another character. Without a table: secrets are not looked up by their value.
int valueOf(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= '2' && c <= '7')
        return c - '2' + 26;
    return -1;
}

} // namespace

std::string base32(BytesView bytes)
{
    std::string text;
    text.reserve((bytes.size() * 8 + 4) / 5);
    unsigned window = 0;
    unsigned bits = 0;
    for (const std::uint8_t byte : bytes) {
        window = (window << 8 | byte) & 0xfff; // at most 4 bits are left over
        for (bits += 8; bits >= 5; bits -= 5)
            text.push_back(kAlphabet[window >> (bits - 5) & 31]);
    }
    if (bits > 0)
        text.push_back(kAlphabet[window << (5 - bits) & 31]);
    return text;
}

std::optional<Bytes> fromBase32(std::string_view text)
{
    Bytes bytes;
    bytes.reserve(text.size() * 5 / 8);
    unsigned window = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const int value = valueOf(c);
        if (value < 0)
            return std::nullopt;
        window = (window << 5 | static_cast<unsigned>(value)) & 0xfff;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<std::uint8_t>(window >> bits));
        }
    }
    // What is left over is less than a character, and zero.
    if (bits >= 5 || (window & ((1U << bits) - 1)) != 0)
        return std::nullopt;
    return bytes;
}

} // namespace matinee::accounts
