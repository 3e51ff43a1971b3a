// Who may make a declared call, the sentence for who may not, and by whom its rate is counted. Pure; any thread.
#pragma once

#include "api/declared_call.h"

#include "common/protocol/caller.h"

namespace matinee::api {

/// Unauthenticated for nobody, PermissionDenied for a person or key that may not. SIGNED_IN is for people: an API key with every
/// permission is none.
[[nodiscard]] Result<void> checkAccess(const DeclaredCall &call, const Caller &caller);

/// The person, else the API key, else the address.
[[nodiscard]] std::string rateKeyOf(const Caller &caller);

/// "manage_streams", as people read it in an error and in the reference.
[[nodiscard]] std::string permissionName(int permission);

} // namespace matinee::api
