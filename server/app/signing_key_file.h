// Where signing keys are kept once they were rotated: DATA-DIR/secrets/signing-keys.json, mode 0600. Start-up, SIGHUP and the command line.
#pragma once

#include "accounts/signing_keys.h"

#include <string>

namespace matinee::app {

[[nodiscard]] std::string signingKeyFile(const std::string &dataDir);
/// Those of the file; those that follow from `secret` (jwt.secret) where there is none, or where it was written under another secret, which
/// the log tells. FailedPrecondition for one that is damaged.
[[nodiscard]] Result<accounts::SigningKeys> loadSigningKeys(const std::string &dataDir, const std::string &secret);
/// New keys, written; the former ones verify as long as a token of theirs may live.
[[nodiscard]] Result<void> rotateSigningKeys(const std::string &dataDir, const std::string &secret, accounts::KeyRing::Time now);

} // namespace matinee::app
