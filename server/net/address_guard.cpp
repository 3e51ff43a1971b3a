#include "net/address_guard.h"

#include <algorithm>

namespace matinee::net {

namespace {

struct Rule
{
    std::string_view range;
    Refusal refusal;
};

// IANA's special-purpose registries (RFC 6890 and later), save what is globally reachable.
constexpr Rule kRules[] = {
    {"0.0.0.0/8", Refusal::Unspecified},
    {"10.0.0.0/8", Refusal::Private},
    {"100.64.0.0/10", Refusal::Shared},
    {"127.0.0.0/8", Refusal::Loopback},
    {"169.254.0.0/16", Refusal::LinkLocal},
    {"172.16.0.0/12", Refusal::Private},
    {"192.0.0.0/24", Refusal::Reserved},
    {"192.0.2.0/24", Refusal::Reserved},
    {"192.88.99.0/24", Refusal::Reserved}, // relays of 6to4, gone since RFC 7526
    {"192.168.0.0/16", Refusal::Private},
    {"198.18.0.0/15", Refusal::Reserved},
    {"198.51.100.0/24", Refusal::Reserved},
    {"203.0.113.0/24", Refusal::Reserved},
    {"224.0.0.0/4", Refusal::Multicast},
    {"255.255.255.255", Refusal::Multicast},
    {"240.0.0.0/4", Refusal::Reserved},
    {"::", Refusal::Unspecified},
    {"::1", Refusal::Loopback},
    {"2001::/23", Refusal::Reserved},     // Teredo, ORCHID, benchmarks
    {"2001:db8::/32", Refusal::Reserved}, // documentation
    {"3fff::/20", Refusal::Reserved},     // documentation
    {"fc00::/7", Refusal::Private},
    {"fe80::/10", Refusal::LinkLocal},
    {"fec0::/10", Refusal::Private}, // site-local, before there were unique local addresses
    {"ff00::/8", Refusal::Multicast},
};

const AddressRange &globalUnicast()
{
    static const AddressRange range = *AddressRange::parse("2000::/3");
    return range;
}

std::vector<std::pair<AddressRange, Refusal>> parsedRules()
{
    std::vector<std::pair<AddressRange, Refusal>> rules;
    for (const auto &rule : kRules)
        rules.emplace_back(*AddressRange::parse(rule.range), rule.refusal);
    return rules;
}

/// The IPv4 address that a router makes of this IPv6 address: NAT64 (RFC 6052) and 6to4 (RFC 3056).
std::optional<Address> embedded(const Address &address)
{
    static const AddressRange nat64 = *AddressRange::parse("64:ff9b::/96");
    static const AddressRange sixToFour = *AddressRange::parse("2002::/16");
    const std::size_t at = nat64.contains(address) ? 12 : sixToFour.contains(address) ? 2 : 0;
    if (at == 0)
        return std::nullopt;
    std::string text;
    for (std::size_t i = 0; i < 4; ++i)
        text += (i > 0 ? "." : "") + std::to_string(address.bytes()[at + i]);
    return Address::parse(text);
}

} // namespace

std::string_view describe(Refusal refusal)
{
    switch (refusal) {
    case Refusal::Unspecified:
        return "an address of no machine";
    case Refusal::Loopback:
        return "a loopback address";
    case Refusal::Private:
        return "a private address";
    case Refusal::Shared:
        return "an address of a provider's inner network";
    case Refusal::LinkLocal:
        return "a link-local address";
    case Refusal::Multicast:
        return "a multicast address";
    case Refusal::Reserved:
        return "a reserved address";
    }
    return "a reserved address";
}

std::optional<Refusal> AddressGuard::check(const Address &address) const
{
    static const auto rules = parsedRules();
    if (m_allowed.contains(address))
        return std::nullopt;
    if (const auto inner = embedded(address))
        return check(*inner);
    for (const auto &[range, refusal] : rules) {
        if (range.contains(address))
            return refusal;
    }
    if (!address.isV4() && !globalUnicast().contains(address))
        return Refusal::Reserved;
    return std::nullopt;
}

} // namespace matinee::net
