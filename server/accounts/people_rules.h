// Who may do what to whose account, inside a transaction of the caller's own.
#pragma once

#include "accounts/people.h"

namespace matinee::accounts {

/// PermissionDenied for accounts above the actor's (roles.h).
Result<void> checkMayHandle(const Actor &actor, const store::UserRow &user);
/// That somebody can still run the server when this one no longer does. FailedPrecondition.
Result<void> checkNotLastRoot(store::Transaction &tx, const store::UserRow &user, SystemTime now);

} // namespace matinee::accounts
