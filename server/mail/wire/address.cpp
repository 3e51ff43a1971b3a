#include "mail/wire/address.h"

#include <idn2.h>

#include <algorithm>
#include <optional>

namespace matinee::mail {

namespace {

constexpr std::size_t kMaxDomain = 253; // RFC 1035: 255 octets on the wire
constexpr std::size_t kMaxLabel = 63;

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}
bool isAscii(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}
char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string lowered(std::string_view text)
{
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

/// "atext" of RFC 5322, section 3.2.3.
bool isAtomCharacter(char c)
{
    return isLetter(c) || isDigit(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

std::string_view trimmed(std::string_view text)
{
    const auto isSpace = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && isSpace(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && isSpace(text.back()))
        text.remove_suffix(1);
    return text;
}

std::optional<AddressFault> localFault(std::string_view local)
{
    if (local.empty() || local.size() > kMaxLocalPart)
        return AddressFault::LocalLength;
    if (!isAscii(local))
        return AddressFault::LocalScript;
    char before = '.';
    for (const char c : local) {
        if (c == '.' && before == '.')
            return AddressFault::LocalDots;
        if (c != '.' && !isAtomCharacter(c))
            return AddressFault::LocalCharacter;
        before = c;
    }
    return before == '.' ? std::optional(AddressFault::LocalDots) : std::nullopt;
}

/// Letters, digits and hyphens in two labels or more; the last has a letter, so that it is no IPv4 address.
bool isDomainName(std::string_view domain)
{
    if (domain.empty() || domain.size() > kMaxDomain)
        return false;
    int labels = 0;
    std::string_view label;
    for (std::string_view rest = domain;;) {
        const auto dot = rest.find('.');
        label = rest.substr(0, dot);
        if (label.empty() || label.size() > kMaxLabel || label.front() == '-' || label.back() == '-' ||
            !std::all_of(label.begin(), label.end(), [](char c) { return isLetter(c) || isDigit(c) || c == '-'; }))
            return false;
        ++labels;
        if (dot == std::string_view::npos)
            break;
        rest.remove_prefix(dot + 1);
    }
    return labels >= 2 && std::any_of(label.begin(), label.end(), isLetter);
}

} // namespace

std::string_view sentence(AddressFault fault)
{
    switch (fault) {
    case AddressFault::Empty:
        return "Type a mail address, such as person@example.org.";
    case AddressFault::TooLong:
        return "The mail address is too long; at most 254 characters can be delivered to.";
    case AddressFault::NoAt:
        return "A mail address has one @ in it, such as person@example.org.";
    case AddressFault::LocalLength:
        return "The part of the mail address before the @ has 1 to 64 characters.";
    case AddressFault::LocalCharacter:
        return "The part of the mail address before the @ may have letters, digits, dots and . ! # $ % & ' * + - / = ? ^ _ ` { | } ~ in "
               "it.";
    case AddressFault::LocalDots:
        return "The part of the mail address before the @ may not begin or end with a dot or have two in a row.";
    case AddressFault::LocalScript:
        return "The part of the mail address before the @ must be of the letters a to z; few mail servers deliver to others.";
    case AddressFault::Domain:
        return "The part of the mail address after the @ is no domain name, such as example.org.";
    case AddressFault::DomainScript:
        return "The part of the mail address after the @ is no domain name that can be registered.";
    }
    return "This is no mail address.";
}

std::string Address::key() const
{
    return lowered(m_local) + "@" + m_domain;
}

Result<std::string, AddressFault> parseDomain(std::string_view text)
{
    if (text.size() > kMaxAddressText)
        return AddressFault::TooLong;
    if (text.find('\0') != std::string_view::npos)
        return AddressFault::Domain;
    std::string domain;
    if (isAscii(text) && lowered(text).find("xn--") == std::string::npos) {
        domain = lowered(text);
    } else {
        // "xn--" as well: the same name must have one form only.
        char *ascii = nullptr;
        const std::string whole(text);
        const int result = idn2_lookup_u8(reinterpret_cast<const std::uint8_t *>(whole.c_str()), reinterpret_cast<std::uint8_t **>(&ascii),
                                          IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
        if (result != IDN2_OK)
            return AddressFault::DomainScript;
        domain = lowered(ascii);
        idn2_free(ascii);
    }
    if (!isDomainName(domain))
        return AddressFault::Domain;
    return domain;
}

Result<Address, AddressFault> parseAddress(std::string_view text)
{
    if (text.size() > kMaxAddressText)
        return AddressFault::TooLong;
    text = trimmed(text);
    if (text.empty())
        return AddressFault::Empty;
    const auto at = text.find('@');
    if (at == std::string_view::npos || text.find('@', at + 1) != std::string_view::npos)
        return AddressFault::NoAt;
    if (const auto fault = localFault(text.substr(0, at)))
        return *fault;
    const auto domain = parseDomain(text.substr(at + 1));
    if (!domain)
        return domain.error();
    if (at + 1 + domain->size() > kMaxAddress)
        return AddressFault::TooLong;
    return Address(std::string(text.substr(0, at)), *domain);
}

} // namespace matinee::mail
