#include "net/addresses.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

namespace matinee::net {

namespace {

constexpr std::size_t kMaxHops = 32; ///< Of X-Forwarded-For; nobody has that many proxies.

// What "private" stands for.
constexpr std::string_view kPrivateRanges[] = {"10.0.0.0/8",     "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8",
                                               "169.254.0.0/16", "::1/128",       "fe80::/10",      "fc00::/7"};
constexpr std::string_view kLoopbackRanges[] = {"127.0.0.0/8", "::1/128"};

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> splitByComma(std::string_view text)
{
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const auto comma = text.find(',');
        parts.push_back(trimmed(text.substr(0, comma)));
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    }
    return parts;
}

// An entry of X-Forwarded-For may carry a port: "192.0.2.1:4711", "[2001:db8::1]:4711", "[2001:db8::1]".
std::optional<Address> parseForwarded(std::string_view text)
{
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        return end == std::string_view::npos ? std::nullopt : Address::parse(text.substr(1, end - 1));
    }
    if (std::count(text.begin(), text.end(), ':') == 1)
        text = text.substr(0, text.find(':'));
    return Address::parse(text);
}

} // namespace

std::optional<Address> Address::parse(std::string_view text)
{
    char buffer[INET6_ADDRSTRLEN + 1] = {};
    text = text.substr(0, text.find('%'));
    if (text.empty() || text.size() >= sizeof buffer || text.find('\0') != std::string_view::npos)
        return std::nullopt;
    text.copy(buffer, text.size());
    Address address;
    if (inet_pton(AF_INET, buffer, address.m_bytes.data()) == 1) {
        address.m_v4 = true;
        return address;
    }
    if (inet_pton(AF_INET6, buffer, address.m_bytes.data()) != 1)
        return std::nullopt;
    static constexpr std::uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::equal(std::begin(kMapped), std::end(kMapped), address.m_bytes.begin())) {
        std::copy(address.m_bytes.begin() + 12, address.m_bytes.end(), address.m_bytes.begin());
        std::fill(address.m_bytes.begin() + 4, address.m_bytes.end(), std::uint8_t{0});
        address.m_v4 = true;
    }
    return address;
}

Address Address::truncated(unsigned prefixBits) const
{
    Address result = *this;
    const unsigned width = m_v4 ? 4 : 16;
    for (unsigned i = 0; i < width; ++i) {
        const unsigned keep = prefixBits > i * 8 ? std::min(prefixBits - i * 8, 8U) : 0;
        result.m_bytes[i] &= static_cast<std::uint8_t>(0xff00U >> keep);
    }
    return result;
}

bool Address::isLoopback() const
{
    if (m_v4)
        return m_bytes[0] == 127;
    return std::all_of(m_bytes.begin(), m_bytes.begin() + 15, [](std::uint8_t byte) { return byte == 0; }) && m_bytes[15] == 1;
}

std::string Address::toString() const
{
    char buffer[INET6_ADDRSTRLEN] = {};
    inet_ntop(m_v4 ? AF_INET : AF_INET6, m_bytes.data(), buffer, sizeof buffer);
    return buffer;
}

std::optional<AddressRange> AddressRange::parse(std::string_view text)
{
    const auto slash = text.find('/');
    const auto base = Address::parse(text.substr(0, slash));
    if (!base)
        return std::nullopt;
    const unsigned width = base->isV4() ? 32 : 128;
    unsigned bits = width;
    if (slash != std::string_view::npos) {
        std::string_view digits = text.substr(slash + 1);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
        // "::ffff:10.0.0.0/104" was turned into 10.0.0.0, so its prefix loses the 96 bits of the mapping.
        const bool mapped = base->isV4() && text.find(':') != std::string_view::npos;
        if (error != std::errc() || end != digits.data() + digits.size() || (mapped && bits < 96))
            return std::nullopt;
        if (mapped)
            bits -= 96;
        if (bits > width)
            return std::nullopt;
    }
    return AddressRange{base->truncated(bits), bits};
}

bool AddressRange::contains(const Address &address) const
{
    return address.isV4() == base.isV4() && address.truncated(prefixBits) == base;
}

Result<AddressList> AddressList::parse(std::span<const std::string> entries)
{
    AddressList list;
    for (const auto &entry : entries) {
        if (entry == "private") {
            for (const auto range : kPrivateRanges)
                list.m_ranges.push_back(*AddressRange::parse(range));
        } else if (entry == "loopback") {
            for (const auto range : kLoopbackRanges)
                list.m_ranges.push_back(*AddressRange::parse(range));
        } else if (const auto range = AddressRange::parse(trimmed(entry))) {
            list.m_ranges.push_back(*range);
        } else {
            return fail(
                ErrorCode::InvalidArgument,
                "\"" + entry +
                    "\" is no address. Write one such as 192.0.2.7, a range such as 10.0.0.0/8 or fd00::/8, \"private\" or \"loopback\".");
        }
    }
    return list;
}

bool AddressList::contains(const Address &address) const
{
    return std::any_of(m_ranges.begin(), m_ranges.end(), [&](const AddressRange &range) { return range.contains(address); });
}

bool AddressList::contains(std::string_view address) const
{
    const auto parsed = Address::parse(address);
    return parsed && contains(*parsed);
}

ForwardedClient forwardedClient(std::string_view peer, std::string_view forwardedFor, std::string_view forwardedProto,
                                const AddressList &trustedProxies)
{
    ForwardedClient client{std::string(peer), false, false};
    if (!trustedProxies.contains(peer))
        return client;
    client.viaProxy = true;
    const auto hops = splitByComma(forwardedFor);
    std::size_t proxies = 1; // The peer itself.
    for (auto hop = hops.rbegin(); hop != hops.rend() && proxies <= kMaxHops; ++hop) {
        const auto address = parseForwarded(*hop);
        if (!address)
            break; // Nothing to the left of it can be believed either.
        client.address = address->toString();
        if (!trustedProxies.contains(*address))
            break;
        ++proxies;
    }
    // Each proxy appends one scheme, or the outermost sets the only one: count as many from the right as proxies were passed.
    const auto schemes = splitByComma(forwardedProto);
    if (!schemes.empty()) {
        const std::string_view scheme = schemes[schemes.size() - std::min(proxies, schemes.size())];
        client.secure = scheme == "https" || scheme == "wss";
    }
    return client;
}

} // namespace matinee::net
