// Sign-ins whose first factor was right and that wait for the second. Owned by Sessions, which makes one wherever a sign-in without a
// second factor would let somebody in who has one. Bounded (pending.h); any thread.
#pragma once

#include "accounts/factor_policy.h"
#include "accounts/pending.h"
#include "accounts/wire/bytes.h"

#include <algorithm>
#include <mutex>

namespace matinee::accounts {

struct SecondFactorChallenge
{
    std::string userId;
    std::string userName;
    std::optional<std::string> passwordRecord; ///< As it was: a sign-in with a password that was changed since is over.
    std::string method;                        ///< Of the first step: "password".
    std::vector<Factor> kinds;
    Bytes passkeyChallenge; ///< Empty until it is asked for, and again once it was answered.
    int attempts = 0;
};

class SecondFactorChallenges
{
public:
    using Time = std::chrono::system_clock::time_point;
    static constexpr std::size_t kMostPending = 10'000;
    static constexpr std::chrono::seconds kPendingFor{300};
    static constexpr int kMostAttempts = 10;

    std::string add(SecondFactorChallenge challenge, Time now)
    {
        const std::lock_guard lock(m_mutex);
        return m_pending.add(std::move(challenge), now);
    }
    /// One more attempt at it, right or wrong; it takes the passkey's challenge along, which is answered once. Nothing where it is unknown,
    /// over, or had kMostAttempts.
    std::optional<SecondFactorChallenge> attempt(const std::string &id, Time now)
    {
        const std::lock_guard lock(m_mutex);
        SecondFactorChallenge *found = m_pending.find(id, now);
        if (!found)
            return std::nullopt;
        if (++found->attempts > kMostAttempts) {
            (void)m_pending.take(id, now);
            return std::nullopt;
        }
        std::optional<SecondFactorChallenge> copy(*found);
        found->passkeyChallenge.clear();
        return copy;
    }
    /// The latest counts. Whose sign-in it is; nothing as above, or where no passkey is offered.
    std::optional<std::string> setPasskeyChallenge(const std::string &id, Bytes challenge, Time now)
    {
        const std::lock_guard lock(m_mutex);
        SecondFactorChallenge *found = m_pending.find(id, now);
        const auto isPasskey = [](Factor kind) { return kind == Factor::Passkey; };
        if (!found || std::none_of(found->kinds.begin(), found->kinds.end(), isPasskey))
            return std::nullopt;
        found->passkeyChallenge = std::move(challenge);
        return found->userId;
    }
    /// Whose sign-in it is, where it offers this; no attempt at it.
    std::optional<std::string> userOf(const std::string &id, Factor kind, Time now)
    {
        const std::lock_guard lock(m_mutex);
        const SecondFactorChallenge *found = m_pending.find(id, now);
        if (!found || std::find(found->kinds.begin(), found->kinds.end(), kind) == found->kinds.end())
            return std::nullopt;
        return found->userId;
    }
    void finish(const std::string &id, Time now)
    {
        const std::lock_guard lock(m_mutex);
        (void)m_pending.take(id, now);
    }

private:
    std::mutex m_mutex;
    Pending<SecondFactorChallenge> m_pending{kMostPending, kPendingFor}; // guarded by m_mutex
};

} // namespace matinee::accounts
