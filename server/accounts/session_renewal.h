// What a refresh came to, between the transaction and who awaits it.
#pragma once

#include "accounts/sessions.h"

namespace matinee::accounts {

/// What a refresh came to. A session that ends is no error within the transaction: that would be rolled back.
struct Sessions::Renewal
{
    std::optional<RefreshVerdict> verdict; ///< None: there is no such session.
    SignInOutcome outcome;                 ///< Rotate, SameAgain.
    bool hasEnded = false;
    SessionEnd why = SessionEnd::Expired;
};

/// Neither banned nor waiting for review.
[[nodiscard]] inline bool maySignIn(const store::UserRow &user, SystemTime now)
{
    return !user.isWaiting && !user.isBanned(now);
}

} // namespace matinee::accounts
