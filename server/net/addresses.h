// IP addresses as values: parsing, ranges, lists such as admin.allow_from, and the client's address behind trusted proxies.
// Pure; any thread. IPv4-mapped IPv6 addresses ("::ffff:10.0.0.1") are the IPv4 address everywhere.
#pragma once

#include "common/protocol/result.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::net {

class Address
{
public:
    /// "192.0.2.1", "2001:db8::1", "fe80::1%eth0" (the zone is dropped). No port, no brackets.
    [[nodiscard]] static std::optional<Address> parse(std::string_view text);

    [[nodiscard]] bool isV4() const { return m_v4; }
    [[nodiscard]] const std::array<std::uint8_t, 16> &bytes() const { return m_bytes; } ///< IPv4 in the first four.
    [[nodiscard]] Address truncated(unsigned prefixBits) const;                         ///< All bits after the prefix are zero.
    [[nodiscard]] bool isLoopback() const;
    [[nodiscard]] std::string toString() const;

    friend bool operator==(const Address &, const Address &) = default;

private:
    std::array<std::uint8_t, 16> m_bytes{};
    bool m_v4 = false;
};

struct AddressRange
{
    Address base; ///< Bits after the prefix are zero.
    unsigned prefixBits = 0;

    /// "10.0.0.0/8", "2001:db8::/32", or one address. Bits after the prefix are dropped.
    [[nodiscard]] static std::optional<AddressRange> parse(std::string_view text);
    [[nodiscard]] bool contains(const Address &address) const; ///< Never across families: "::/0" holds no IPv4 address.
};

class AddressList
{
public:
    /// Each an address, a range, "loopback", or "private" (RFC 1918, loopback, link-local, unique local addresses).
    [[nodiscard]] static Result<AddressList> parse(std::span<const std::string> entries);
    [[nodiscard]] bool contains(const Address &address) const;
    [[nodiscard]] bool contains(std::string_view address) const; ///< False for what is no address.
    [[nodiscard]] bool empty() const { return m_ranges.empty(); }

private:
    std::vector<AddressRange> m_ranges;
};

struct ForwardedClient
{
    std::string address;   ///< Without port.
    bool secure = false;   ///< The trusted proxy said "https".
    bool viaProxy = false; ///< The peer is a trusted proxy, so its headers count.
};

/// Walks X-Forwarded-For from the right through trusted proxies only; what an untrusted peer claims is ignored. `forwardedFor` and
/// `forwardedProto` are the header values, several lines joined by commas in their order.
[[nodiscard]] ForwardedClient forwardedClient(std::string_view peer, std::string_view forwardedFor, std::string_view forwardedProto,
                                              const AddressList &trustedProxies);

} // namespace matinee::net
