// How we prove to a provider who we are. Any thread.
#pragma once

#include "accounts/oauth2/providers.h"

#include <optional>
#include <string>

namespace matinee::accounts::oauth2 {

/// The client secret as it is sent. Apple's is a token that is signed for each use with the key of the developer account; nothing where
/// that key is none.
[[nodiscard]] std::optional<std::string> clientSecretOf(const Provider &provider, SystemTime now);

} // namespace matinee::accounts::oauth2
