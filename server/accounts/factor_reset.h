// Taking all second factors from an account whose owner has lost them, by who runs the server. Its Task may be awaited on any worker.
#pragma once

#include "accounts/people.h"

namespace matinee::accounts {

/// Passkeys, authenticator app and recovery codes are gone, and the account is signed out everywhere. `who`: an id, or else a name.
/// NotFound; PermissionDenied for accounts above the actor's (roles.h).
Task<Result<store::UserRow>> resetFactors(store::Store &store, Sessions &sessions, std::string who, Actor actor, SystemTime now);

} // namespace matinee::accounts
