// Table `sessions`: where people are signed in, and which of its numbered refresh tokens is the good one. A session that was ended has no
// row.
#pragma once

#include "store/store.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace matinee::store {

struct SessionRow
{
    using Time = std::chrono::system_clock::time_point;

    std::string id;
    std::string userId;
    std::string device;  ///< "Firefox on Linux"
    std::string address; ///< Where it was used last.
    std::string method;  ///< "password"
    Time createdAt;      ///< When the person proved who they are.
    Time lastUsedAt;
    std::uint64_t generation = 0; ///< Of the refresh token that is good.
    Time rotatedAt;               ///< When the one before it was used.
    Time expiresAt;               ///< Of the refresh token.
};

Result<void> insertSession(Transaction &tx, const SessionRow &row);
Result<std::optional<SessionRow>> findSession(Transaction &tx, const std::string &id);
/// Newest use first, at most 1000.
Result<std::vector<SessionRow>> listSessionsOfUser(Transaction &tx, const std::string &userId);
/// The next generation, as in `row`, where the stored one is still `from`; false where it is not.
Result<bool> rotateSession(Transaction &tx, const SessionRow &row, std::uint64_t from);
/// When that user last proved in it who they are: at its beginning, or since. Nothing where there is no such session.
Result<std::optional<SessionRow::Time>> sessionProvedAt(Transaction &tx, const std::string &id, const std::string &userId);
Result<bool> proveSession(Transaction &tx, const std::string &id, const std::string &userId, SessionRow::Time now); ///< False as above.
Result<bool> deleteSession(Transaction &tx, const std::string &id, const std::string &userId); ///< False where that user has none such.
/// All of the user but `keptId` ("" keeps none); gives the ids of those that ended.
Result<std::vector<std::string>> deleteSessionsOfUser(Transaction &tx, const std::string &userId, const std::string &keptId);
/// At most 1000 at a time; gives their ids.
Result<std::vector<std::string>> deleteExpiredSessions(Transaction &tx, SessionRow::Time now);

} // namespace matinee::store
