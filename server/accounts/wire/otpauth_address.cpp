#include "accounts/wire/otpauth_address.h"

#include "accounts/wire/base32.h"

namespace matinee::accounts {

namespace {

/// RFC 3986, 2.3: all but the unreserved characters. A space is %20: apps take a plus for one.
std::string escaped(std::string_view text)
{
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<std::uint8_t>(c == ':' ? ' ' : c);
        const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '-' ||
                           byte == '.' || byte == '_' || byte == '~';
        if (plain) {
            result.push_back(c);
            continue;
        }
        result.push_back('%');
        result.push_back(hex[byte >> 4]);
        result.push_back(hex[byte & 15]);
    }
    return result;
}

} // namespace

std::string otpauthAddress(std::string_view issuer, std::string_view account, BytesView secret)
{
    const std::string name = escaped(issuer);
    return "otpauth://totp/" + name + ":" + escaped(account) + "?secret=" + base32(secret) + "&issuer=" + name +
           "&algorithm=SHA1&digits=6&period=30";
}

} // namespace matinee::accounts
