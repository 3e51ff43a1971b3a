// Tables `invitations` and `invitation_uses`: links by which people sign up, how often each is still good, and who came by it. Of a token
// its hash is compared; the token itself is there sealed, for whoever made it.
#pragma once

#include "store/store.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace matinee::store {

struct InvitationRow
{
    using Time = std::chrono::system_clock::time_point;

    std::string id;
    std::string tokenHash;   ///< Lower-case hex of BLAKE2b-256.
    std::string sealedToken; ///< "" for those of before there was this table.
    std::string madeBy;      ///< User id; "" for the server itself.
    std::string role;        ///< Of those who come by it: "user", "admin", "root".
    std::string note;
    int uses = 1;
    int usesLeft = 1;
    Time createdAt;
    Time expiresAt;
    std::optional<Time> revokedAt{};
    std::string makerName{}; ///< Of madeBy, as it is read; not written.

    [[nodiscard]] bool isOpen(Time now) const { return !revokedAt && usesLeft > 0 && now < expiresAt; }
};

struct InvitationUse
{
    std::string userId;
    std::string name; ///< As it is read.
    InvitationRow::Time usedAt;
};

Result<void> insertInvitation(Transaction &tx, const InvitationRow &row);
Result<std::optional<InvitationRow>> findInvitation(Transaction &tx, const std::string &id);
Result<std::optional<InvitationRow>> findInvitationByToken(Transaction &tx, const std::string &tokenHash);
/// Newest first, only those made before (`time`, `id`), at most `limit`.
Result<std::vector<InvitationRow>> listInvitations(Transaction &tx, InvitationRow::Time time, const std::string &id, int limit);
/// Oldest first. Of accounts that are gone there is nothing.
Result<std::vector<InvitationUse>> listInvitationUses(Transaction &tx, const std::string &id);
/// Those that are still good. `madeBy`: "" for those of the server itself, here and below.
Result<int> countOpenInvitations(Transaction &tx, const std::string &madeBy, InvitationRow::Time now);

/// One use less. False where it is not good (any more): so of many at once no more are let in than it is for.
Result<bool> takeInvitationUse(Transaction &tx, const std::string &id, InvitationRow::Time now);
/// Who came by it, once there is such an account.
Result<void> insertInvitationUse(Transaction &tx, const std::string &id, const std::string &userId, InvitationRow::Time now);

Result<bool> revokeInvitation(Transaction &tx, const std::string &id, InvitationRow::Time now); ///< False where it was revoked before.
Result<int> revokeInvitationsOfUser(Transaction &tx, const std::string &madeBy, InvitationRow::Time now); ///< Those that are still good.
/// Of those that are good no more, all but the newest `kept`.
Result<int> deleteEndedInvitations(Transaction &tx, const std::string &madeBy, InvitationRow::Time now, int kept);
Result<int> deleteInvitationsExpiredBefore(Transaction &tx, InvitationRow::Time before);

} // namespace matinee::store
