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
    store::SessionRow stolen{}; ///< Stolen.
};

/// Neither banned nor waiting for review or a mail address.
[[nodiscard]] inline bool maySignIn(const store::UserRow &user, SystemTime now)
{
    return !user.isWaiting && !user.awaitsAddress && !user.isBanned(now) && !user.deletedAt;
}

} // namespace matinee::accounts
