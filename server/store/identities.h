// Table `identities`: who a person is at the providers by which they sign in.
#pragma once

#include "store/store.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace matinee::store {

struct IdentityRow
{
    using Time = std::chrono::system_clock::time_point;

    std::string provider; ///< "github"
    std::string issuer;   ///< "https://github.com"
    std::string subject;
    std::string userId;
    std::string name; ///< What they are called there.
    Time linkedAt;
};

/// AlreadyExists where somebody has it, this person too.
Result<void> insertIdentity(Transaction &tx, const IdentityRow &row);
Result<std::optional<IdentityRow>> findIdentity(Transaction &tx, const std::string &provider, const std::string &issuer,
                                                const std::string &subject);
/// Oldest first, at most 100. PostgreSQL: their rows are locked until the end of the transaction, so that of two who would each take the
/// last but one away, the second sees what the first did.
Result<std::vector<IdentityRow>> lockIdentitiesOfUser(Transaction &tx, const std::string &userId);
Result<std::vector<IdentityRow>> listIdentitiesOfUser(Transaction &tx, const std::string &userId); ///< Oldest first, at most 100.
Result<bool> renameIdentity(Transaction &tx, const IdentityRow &row);                              ///< Its name as in `row`.
Result<bool> deleteIdentity(Transaction &tx, const IdentityRow &row);                              ///< False where that user has none such.

} // namespace matinee::store
