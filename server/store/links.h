// Table `links`: one-time links by which somebody sets a password (who is invited comes by store/invitations.h). Only the hash of the token
// is stored.
#pragma once

#include "store/store.h"

#include <chrono>
#include <optional>
#include <string>

namespace matinee::store {

struct LinkRow
{
    using Time = std::chrono::system_clock::time_point;

    std::string tokenHash; ///< Lower-case hex of BLAKE2b-256.
    std::string kind;      ///< "password": sets that of userId.
    std::string userId;
    Time createdAt;
    Time expiresAt;
};

Result<void> insertLink(Transaction &tx, const LinkRow &row);
/// Nothing where there is none, or its time is over.
Result<std::optional<LinkRow>> findLink(Transaction &tx, const std::string &tokenHash, LinkRow::Time now);
Result<bool> deleteLink(Transaction &tx, const std::string &tokenHash); ///< False where there is none (any more): so it is used once.
Result<int> deleteLinksOfUser(Transaction &tx, const std::string &userId, const std::string &kind);
Result<int> deleteExpiredLinks(Transaction &tx, LinkRow::Time now);

} // namespace matinee::store
