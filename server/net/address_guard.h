// Which addresses this server may be made to call on a stranger's word: the public internet, and what the operator names besides.
// The rules are a value (pure, any thread). `armAddressGuard` puts them before every connect() of this process, where the address is
// the one really connected to: redirects, names that resolve anew and nested playlists cannot get around it.
#pragma once

#include "net/addresses.h"

#include <optional>
#include <string>
#include <string_view>

namespace matinee::net {

enum class Refusal
{
    Unspecified, ///< 0.0.0.0/8, ::
    Loopback,    ///< 127.0.0.0/8, ::1
    Private,     ///< RFC 1918, unique local addresses
    Shared,      ///< 100.64.0.0/10, a provider's NAT
    LinkLocal,   ///< 169.254.0.0/16, fe80::/10: metadata services of clouds live there
    Multicast,   ///< 224.0.0.0/4, broadcast, ff00::/8
    Reserved,    ///< Documentation, benchmarks, future use, tunnels whose end is somewhere else
};
[[nodiscard]] std::string_view describe(Refusal refusal); ///< "a loopback address"

class AddressGuard
{
public:
    explicit AddressGuard(AddressList allowed = {}) : m_allowed(std::move(allowed)) {}
    /// Nothing: the address may be connected to.
    [[nodiscard]] std::optional<Refusal> check(const Address &address) const;

private:
    AddressList m_allowed;
};

/// From now on, for good and for the whole process: connect() works only over TCP and only where the guard lets it. Others fail with
/// EACCES. Relay processes call it before they read an address. Local sockets stay open to the system's resolver only.
void armAddressGuard(AddressGuard guard);
/// What the last refused connect() wanted, "10.0.0.1, a private address"; empty where nothing was, or another address was tried after it. Any thread.
[[nodiscard]] std::string lastRefusedAddress();

} // namespace matinee::net
