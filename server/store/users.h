// Table `users`: people with an account: name, role, password record, ban.
#pragma once

#include "store/store.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::store {

struct UserRow
{
    using Time = std::chrono::system_clock::time_point;

    std::string id;
    std::string name;
    std::string nameKey;    ///< accounts/user_names.h; unique.
    std::string role;       ///< "root", "admin", "user"
    bool isWaiting = false; ///< For review: may not sign in.
    std::string language;   ///< "en", "zh-CN"
    Time createdAt;
    std::optional<std::string> passwordRecord; ///< OPAQUE registration record, 384 hex digits; none for an account without a password.
    std::optional<Time> passwordChangedAt;
    std::optional<Time> bannedUntil; ///< May lie in the past: then the ban is over.
    std::string banReason;
    std::optional<Time> deletedAt{}; ///< Closed: nobody signs in, and after a while it is gone.
    bool awaitsAddress = false;      ///< For its mail address to be confirmed: may not sign in.
    std::string avatarTag{};         ///< Of table `avatars`; "" for none.

    [[nodiscard]] bool isBanned(Time now) const { return bannedUntil && now < *bannedUntil; }
};

Result<void> insertUser(Transaction &tx, const UserRow &row); ///< AlreadyExists, field "name", where the name key is taken.
Result<std::optional<UserRow>> findUser(Transaction &tx, const std::string &id);
Result<std::optional<UserRow>> findUserByNameKey(Transaction &tx, const std::string &nameKey);
/// PostgreSQL: the row is locked until the end of the transaction, so that of two who each remove the last but one way into the account,
/// the second sees what the first did.
Result<std::optional<UserRow>> lockUser(Transaction &tx, const std::string &id);
/// By name key, after `afterKey`, only those whose key has `keyPart` in it ("" means all), at most `limit`.
Result<std::vector<UserRow>> listUsers(Transaction &tx, const std::string &keyPart, const std::string &afterKey, int limit);
/// What an account is, the first that fits: closed, banned now, awaiting its address, waiting for review, and else active.
inline constexpr std::array<std::string_view, 5> kUserStates{"closed", "banned", "unconfirmed", "waiting", "active"};
/// The same as listUsers, only those of one state.
Result<std::vector<UserRow>> listUsersOfState(Transaction &tx, const std::string &keyPart, const std::string &state, UserRow::Time now,
                                              const std::string &afterKey, int limit);
/// How many of each state have `keyPart` in their key; states that nobody has are not there.
Result<std::map<std::string, std::uint32_t>> countUsersByState(Transaction &tx, const std::string &keyPart, UserRow::Time now);
/// Those of the role that are neither banned now nor waiting nor closed. PostgreSQL: their rows are locked until the end of the
/// transaction, so that of two who would each unmake the last but one, the second sees what the first did.
Result<std::vector<std::string>> lockActiveUsersOfRole(Transaction &tx, const std::string &role, UserRow::Time now);
Result<bool> anyUserOfRole(Transaction &tx, const std::string &role);

// False where there is no such account.
Result<bool> updateUserRole(Transaction &tx, const std::string &id, const std::string &role);
Result<bool> updateUserWaiting(Transaction &tx, const std::string &id, bool isWaiting);
Result<bool> updateUserAwaitsAddress(Transaction &tx, const std::string &id, bool awaitsAddress);
Result<bool> updateUserBan(Transaction &tx, const std::string &id, const std::optional<UserRow::Time> &until, const std::string &reason);
Result<bool> updateUserDeletion(Transaction &tx, const std::string &id, const std::optional<UserRow::Time> &deletedAt);
Result<bool> updateUserPassword(Transaction &tx, const std::string &id, const std::string &record, UserRow::Time now);

/// Closed before then, at most `limit`, oldest first.
Result<std::vector<UserRow>> listUsersDeletedBefore(Transaction &tx, UserRow::Time before, int limit);
/// For good, with everything that is only theirs.
Result<bool> deleteUser(Transaction &tx, const std::string &id);

} // namespace matinee::store
