// The one-time set-up link of a new server: whoever opens it first becomes its root, or gets the admin API key (for scripts). Within
// transactions of the caller's. Only the hash of the token is stored, and each start makes a new one, so only the link printed last is
// good.
#pragma once

#include "accounts/api_keys.h"

namespace matinee::accounts {

/// Replaces the token and gives the new one; nothing where there is a root or a valid API key with scope admin, or the link was used once.
Result<std::optional<std::string>> makeSetupToken(store::Transaction &tx, SystemTime now);
/// Whether a link is waiting to be used, and would be accepted.
Result<bool> setupIsOpen(store::Transaction &tx, SystemTime now);
/// Whether this is the token of a link that would be accepted. It stays good.
Result<bool> isSetupToken(store::Transaction &tx, const std::string &token, SystemTime now);
/// Uses the token up and closes the set-up, in the transaction that makes the first root. PermissionDenied as below.
Result<void> useSetupToken(store::Transaction &tx, const std::string &token, SystemTime now);
/// The admin API key, in exchange for the token: both change in this one transaction, so the link works once, whoever is quicker.
/// PermissionDenied for a token that is wrong, used or replaced.
Result<MintedKey> claimSetupToken(store::Transaction &tx, const std::string &token, std::string keyName, SystemTime now);

} // namespace matinee::accounts
