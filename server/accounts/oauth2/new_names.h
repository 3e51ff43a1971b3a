// Names for accounts that begin with a sign-in elsewhere. Any thread.
#pragma once

#include "accounts/oauth2/wire/user_info.h"
#include "accounts/user_names.h"

#include <vector>

namespace matinee::accounts::oauth2 {

/// Names that may be, the best first: what they are called there, made to fit; the same with a number; at last one that nobody has.
[[nodiscard]] std::vector<UserName> nameCandidates(const RemoteUser &user);

} // namespace matinee::accounts::oauth2
