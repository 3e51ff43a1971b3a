// Slows down who guesses keys: after too many failures from one address within a window, that address waits.
// A value: `now` is passed in; the owner guards it. An IPv6 address counts as its /64, since a guesser has all of that.
#pragma once

#include "accounts/bounded_map.h"

#include <chrono>
#include <optional>
#include <string>

namespace matinee::accounts {

struct AttemptLimits
{
    int failures = 10; ///< The one that reaches this number blocks.
    std::chrono::seconds window{60};
    std::chrono::seconds block{300};
    std::size_t addresses = 10'000; ///< More are not remembered: the least recently seen is forgotten.
};

class AttemptLimiter
{
public:
    using Time = std::chrono::steady_clock::time_point;

    explicit AttemptLimiter(AttemptLimits limits = {});

    /// How long the address has to wait still, at least 1 s; nothing where it may try.
    [[nodiscard]] std::optional<std::chrono::seconds> blockedFor(const std::string &address, Time now);
    void failed(const std::string &address, Time now);
    void succeeded(const std::string &address); ///< Its failures are forgotten: it was a typing error.

    [[nodiscard]] std::size_t size() const { return m_records.size(); }

private:
    struct Record
    {
        int failures = 0;
        Time windowBegan;
        std::optional<Time> blockedUntil;
    };

    const AttemptLimits m_limits;
    BoundedMap<Record> m_records;
};

/// "192.0.2.1" as it is, "2001:db8:1:2:3::4" as "2001:db8:1:2::/64", "::ffff:192.0.2.1" as "192.0.2.1".
[[nodiscard]] std::string limitedNetwork(const std::string &address);

} // namespace matinee::accounts
