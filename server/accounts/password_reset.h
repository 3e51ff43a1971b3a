// A new password by letter, for who has forgotten theirs. Whatever is asked is answered alike and at once: whether there is such an account
// is found out afterwards, on the thread of the database. Owned by app; any thread.
#pragma once

#include "accounts/attempt_limiter.h"
#include "accounts/letters.h"
#include "store/store.h"

#include "common/protocol/caller.h"

#include <mutex>

namespace matinee::accounts {

class PasswordReset
{
public:
    using Time = std::chrono::system_clock::time_point;
    static constexpr std::chrono::hours kLinkLifetime{1};
    static constexpr int kMostLetters = 3;   ///< Of one account in an hour; more are left out, and nobody is told.
    static constexpr int kMostRequests = 20; ///< From one address in an hour.
    static constexpr std::size_t kMostBytes = 1024;

    /// Both must outlive it. `metrics` may be null.
    PasswordReset(store::Store &store, const Letters &letters, observe::Metrics *metrics);
    PasswordReset(const PasswordReset &) = delete;
    PasswordReset &operator=(const PasswordReset &) = delete;

    /// `account`: a name or a mail address. FailedPrecondition where this server sends no mail, InvalidArgument for nothing or too much,
    /// RateLimited with `retryAfter` for who asks too often; success says nothing else.
    Result<void> request(const std::string &account, const std::string &address, const std::shared_ptr<AuditNote> &note, Time now);

private:
    Result<void> sendIn(store::Transaction &tx, const std::string &account, Time now) const;

    store::Store &m_store;
    const Letters &m_letters;
    observe::Counter m_asked, m_limited;
    std::mutex m_mutex;
    AttemptLimiter m_limiter; // guarded by m_mutex
};

} // namespace matinee::accounts
