#include "accounts/attempt_limiter.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace matinee::accounts {

std::string limitedNetwork(const std::string &address)
{
    in6_addr bytes{};
    if (inet_pton(AF_INET6, address.substr(0, address.find('%')).c_str(), &bytes) != 1)
        return address;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (IN6_IS_ADDR_V4MAPPED(&bytes)) {
        inet_ntop(AF_INET, bytes.s6_addr + 12, text.data(), text.size());
        return text.data();
    }
    std::fill(bytes.s6_addr + 8, bytes.s6_addr + 16, std::uint8_t{0});
    inet_ntop(AF_INET6, &bytes, text.data(), text.size());
    return std::string(text.data()) + "/64";
}

AttemptLimiter::AttemptLimiter(AttemptLimits limits) : m_limits(limits), m_records(limits.addresses) {}

std::optional<std::chrono::seconds> AttemptLimiter::blockedFor(const std::string &address, Time now)
{
    const std::string network = limitedNetwork(address);
    const Record *record = m_records.find(network);
    if (!record || !record->blockedUntil)
        return std::nullopt;
    if (now >= *record->blockedUntil) {
        m_records.erase(network);
        return std::nullopt;
    }
    return std::chrono::ceil<std::chrono::seconds>(*record->blockedUntil - now);
}

void AttemptLimiter::failed(const std::string &address, Time now)
{
    const std::string network = limitedNetwork(address);
    Record *record = m_records.find(network);
    if (!record || now - record->windowBegan >= m_limits.window)
        record = &m_records.put(network, {0, now, record ? record->blockedUntil : std::nullopt});
    if (++record->failures >= m_limits.failures)
        record->blockedUntil = now + m_limits.block;
}

void AttemptLimiter::succeeded(const std::string &address)
{
    m_records.erase(limitedNetwork(address));
}

} // namespace matinee::accounts
