#include "admin/upgrade_gate.h"

#include <algorithm>
#include <optional>

namespace matinee::admin {

namespace {

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool equalIgnoringCase(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text)
{
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && blank(text.back()))
        text.remove_suffix(1);
    return text;
}

/// "https://example.org:8443" -> "example.org:8443"; empty for "null" and whatever else has no authority.
std::string_view authorityOf(std::string_view origin)
{
    const auto scheme = origin.find("://");
    if (scheme == std::string_view::npos)
        return {};
    return origin.substr(scheme + 3);
}

/// The four fields that matter. A field that comes twice could be read differently by the tunnel and by us, so it is an error.
struct Fields
{
    std::optional<std::string_view> tunnel;
    std::optional<std::string_view> realIp;
    std::optional<std::string_view> origin;
    std::optional<std::string_view> host;

    bool take(std::string_view name, std::string_view value)
    {
        std::optional<std::string_view> *slot = nullptr;
        if (equalIgnoringCase(name, "X-Matinee-Tunnel"))
            slot = &tunnel;
        else if (equalIgnoringCase(name, "X-Real-IP"))
            slot = &realIp;
        else if (equalIgnoringCase(name, "Origin"))
            slot = &origin;
        else if (equalIgnoringCase(name, "Host"))
            slot = &host;
        if (!slot)
            return true;
        if (slot->has_value())
            return false;
        *slot = value;
        return true;
    }
};

} // namespace

std::string_view refusalName(Refusal refusal)
{
    switch (refusal) {
    case Refusal::Incomplete:
        return "incomplete";
    case Refusal::TooLarge:
        return "head_too_large";
    case Refusal::Malformed:
        return "malformed";
    case Refusal::NotTunnelled:
        return "not_tunnelled";
    case Refusal::ForeignOrigin:
        return "foreign_origin";
    }
    return "malformed";
}

bool equalInConstantTime(std::string_view given, std::string_view expected)
{
    unsigned difference = given.size() == expected.size() ? 0 : 1;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const auto other = i < given.size() ? static_cast<unsigned char>(given[i]) : 0U;
        difference |= other ^ static_cast<unsigned char>(expected[i]);
    }
    return difference == 0;
}

Result<Admission, Refusal> admit(std::string_view head, std::string_view secret)
{
    const auto end = head.find("\r\n\r\n");
    if (end == std::string_view::npos)
        return head.size() >= kMaxRequestHead ? Refusal::TooLarge : Refusal::Incomplete;
    if (end > kMaxRequestHead)
        return Refusal::TooLarge;
    head = head.substr(0, end);

    auto lineEnd = head.find("\r\n");
    if (!head.substr(0, lineEnd).starts_with("GET /"))
        return Refusal::Malformed;
    Fields fields;
    while (lineEnd != std::string_view::npos) {
        head.remove_prefix(lineEnd + 2);
        lineEnd = head.find("\r\n");
        const auto line = head.substr(0, lineEnd);
        const auto colon = line.find(':');
        // A line that begins with a blank would continue the line before (RFC 9112, 5.2): obsolete, and a way to smuggle.
        if (colon == std::string_view::npos || colon == 0 || line.front() == ' ' || line.front() == '\t')
            return Refusal::Malformed;
        if (!fields.take(line.substr(0, colon), trimmed(line.substr(colon + 1))))
            return Refusal::Malformed;
    }

    if (secret.empty() || !fields.tunnel || !equalInConstantTime(*fields.tunnel, secret))
        return Refusal::NotTunnelled;
    if (!fields.realIp || fields.realIp->empty() || fields.realIp->size() > 64)
        return Refusal::Malformed;
    if (fields.origin) {
        const auto authority = authorityOf(*fields.origin);
        if (authority.empty() || !fields.host || !equalIgnoringCase(authority, *fields.host))
            return Refusal::ForeignOrigin;
    }
    return Admission{std::string(*fields.realIp)};
}

} // namespace matinee::admin
