// Table `passkeys`: public keys by which people sign in (WebAuthn), several of each person.
#pragma once

#include "store/store.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace matinee::store {

struct PasskeyRow
{
    using Time = std::chrono::system_clock::time_point;

    std::string id; ///< Ours; not that of the authenticator.
    std::string userId;
    std::string credentialId; ///< Of the authenticator, in base64url; unique.
    std::string publicKey;    ///< COSE, in base64url.
    std::string rpId;         ///< The domain that it is for.
    std::string name;
    std::uint32_t signCount = 0;
    std::string aaguid; ///< 32 hex digits.
    bool backupEligible = false;
    bool backedUp = false;
    std::string transports; ///< "internal,hybrid"
    Time createdAt;
    std::optional<Time> lastUsedAt;
};

Result<void> insertPasskey(Transaction &tx, const PasskeyRow &row); ///< AlreadyExists where an account has that credential.
Result<std::optional<PasskeyRow>> findPasskeyByCredential(Transaction &tx, const std::string &credentialId);
/// Oldest first, at most 100.
Result<std::vector<PasskeyRow>> listPasskeysOfUser(Transaction &tx, const std::string &userId);
/// What the use said, where the stored count is still `from`; false where it is not, or the passkey is gone.
Result<bool> usePasskey(Transaction &tx, const std::string &id, std::uint32_t from, std::uint32_t count, bool backedUp,
                        PasskeyRow::Time now);
// False where that user has none such.
Result<bool> renamePasskey(Transaction &tx, const std::string &id, const std::string &userId, const std::string &name);
Result<bool> deletePasskey(Transaction &tx, const std::string &id, const std::string &userId);

} // namespace matinee::store
