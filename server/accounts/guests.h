// People without an account: they get a name such as "Guest 4821" and a token for a day, and nothing of them is stored. How many come from
// one network is limited. Owned by app; any thread.
#pragma once

#include "accounts/bounded_map.h"
#include "accounts/session_watchers.h"
#include "accounts/wire/key_ring.h"

#include "common/protocol/result.h"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace matinee::accounts {

struct Guest
{
    using Time = std::chrono::system_clock::time_point;

    std::string id;   ///< "g" and 15 characters: no person has such a one.
    std::string name; ///< "Guest 4821": two may have the same.
    Time expiresAt;
};

class Guests
{
public:
    using Time = Guest::Time;
    static constexpr std::chrono::seconds kLifetime{86400};
    static constexpr std::chrono::seconds kWindow{3600};
    static constexpr int kMostPerNetwork = 240; ///< In an hour, of a /24 (IPv4) or /56 (IPv6): a school behind one address gets in.
    static constexpr std::size_t kMostNetworks = 100'000;
    static constexpr std::size_t kMostKnown = 100'000; ///< Of whom `find` knows; the least recently seen is forgotten.
    static constexpr std::size_t kMostTokenBytes = 1024;

    explicit Guests(KeyRing keys);
    Guests(const Guests &) = delete;
    Guests &operator=(const Guests &) = delete;

    struct Entered
    {
        Guest guest;
        std::string token; ///< A JWT of type "guest+jwt".
    };
    /// PermissionDenied where guests are not let in, RateLimited with `retryAfter` for a network from which too many came.
    Result<Entered> enter(const std::string &address, Time now);
    /// Unauthenticated, with one sentence, for whatever is not the token of a guest who is welcome.
    Result<Guest> verify(std::string_view token, Time now);
    /// One whose token was verified lately; nothing for others, and where guests are not let in.
    [[nodiscard]] std::optional<Guest> find(const std::string &id);

    /// accounts.allow_guests. Turned off, tokens count for nothing, and `onEnd` of those who watch is called.
    void setAllowed(bool isAllowed);
    [[nodiscard]] bool isAllowed() const;
    void setKeys(KeyRing keys);
    /// As Sessions::watch: `onEnd` is called once, on any thread, when guests are no longer let in; at once where they are not.
    [[nodiscard]] SessionWatchers::Watch watch(const std::string &guestId, std::function<void()> onEnd);

private:
    struct Arrivals
    {
        Time windowBegan;
        int count = 0;
    };

    mutable std::mutex m_mutex;
    std::shared_ptr<const KeyRing> m_keys; // guarded by m_mutex, as those below
    bool m_isAllowed = true;
    BoundedMap<Arrivals> m_arrivals{kMostNetworks};
    BoundedMap<Guest> m_known{kMostKnown};
    SessionWatchers m_watchers; // has a lock of its own
};

/// "192.0.2.0/24", "2001:db8:1:200::/56"; an IPv4 address within an IPv6 one counts as that. Other text as it is.
[[nodiscard]] std::string guestNetwork(const std::string &address);

} // namespace matinee::accounts
