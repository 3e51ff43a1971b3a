#include "store/invitations.h"

#include "store/values.h"

#include <algorithm>

namespace matinee::store {

namespace {

#define MATINEE_INVITATION                                                                                                                 \
    "SELECT id, token_hash, sealed_token, made_by, role, note, uses, uses_left, created_at, expires_at, revoked_at, "                      \
    "(SELECT name FROM users WHERE users.id = invitations.made_by) FROM invitations "

InvitationRow invitationOf(const Row &row)
{
    InvitationRow invitation;
    invitation.id = toText(row[0]);
    invitation.tokenHash = toText(row[1]);
    invitation.sealedToken = toText(row[2]);
    invitation.madeBy = toText(row[3]);
    invitation.role = toText(row[4]);
    invitation.note = toText(row[5]);
    invitation.uses = row[6].toInt();
    invitation.usesLeft = row[7].toInt();
    invitation.createdAt = toTime(row[8]);
    invitation.expiresAt = toTime(row[9]);
    invitation.revokedAt = toOptionalTime(row[10]);
    invitation.makerName = toText(row[11]);
    return invitation;
}

QVariant makerOf(const std::string &userId)
{
    return userId.empty() ? QVariant(QMetaType(QMetaType::QString)) : text(userId); // NULL
}

Result<std::optional<InvitationRow>> one(Transaction &tx, const char *sql, const std::string &value)
{
    const auto rows = tx.query(sql, {text(value)});
    if (!rows)
        return rows.error();
    return rows->empty() ? std::nullopt : std::optional<InvitationRow>(invitationOf(rows->front()));
}

Result<bool> touched(const Result<int> &count)
{
    if (!count)
        return count.error();
    return *count > 0;
}

} // namespace

Result<void> insertInvitation(Transaction &tx, const InvitationRow &row)
{
    const auto done =
        tx.execute("INSERT INTO invitations (id, token_hash, sealed_token, made_by, role, note, uses, uses_left, created_at, expires_at, "
                   "revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                   {text(row.id), text(row.tokenHash), text(row.sealedToken), makerOf(row.madeBy), text(row.role), text(row.note),
                    number(row.uses), number(row.usesLeft), time(row.createdAt), time(row.expiresAt), time(row.revokedAt)});
    return done ? Result<void>() : Result<void>(done.error());
}

Result<std::optional<InvitationRow>> findInvitation(Transaction &tx, const std::string &id)
{
    return one(tx, MATINEE_INVITATION "WHERE id = ?", id);
}

Result<std::optional<InvitationRow>> findInvitationByToken(Transaction &tx, const std::string &tokenHash)
{
    return one(tx, MATINEE_INVITATION "WHERE token_hash = ?", tokenHash);
}

Result<std::vector<InvitationRow>> listInvitations(Transaction &tx, InvitationRow::Time before, const std::string &id, int limit)
{
    const auto rows = tx.query(MATINEE_INVITATION "WHERE created_at < ? OR (created_at = ? AND id < ?) "
                                                  "ORDER BY created_at DESC, id DESC LIMIT ?",
                               {time(before), time(before), text(id), number(std::clamp(limit, 0, 1000))});
    if (!rows)
        return rows.error();
    std::vector<InvitationRow> invitations;
    invitations.reserve(rows->size());
    for (const Row &row : *rows)
        invitations.push_back(invitationOf(row));
    return invitations;
}

Result<std::vector<InvitationUse>> listInvitationUses(Transaction &tx, const std::string &id)
{
    const auto rows = tx.query("SELECT users.id, users.name, invitation_uses.used_at FROM invitation_uses "
                               "JOIN users ON users.id = invitation_uses.user_id WHERE invitation_uses.invitation_id = ? "
                               "ORDER BY invitation_uses.used_at, users.id",
                               {text(id)});
    if (!rows)
        return rows.error();
    std::vector<InvitationUse> uses;
    uses.reserve(rows->size());
    for (const Row &row : *rows)
        uses.push_back({toText(row[0]), toText(row[1]), toTime(row[2])});
    return uses;
}

Result<int> countOpenInvitations(Transaction &tx, const std::string &madeBy, InvitationRow::Time now)
{
    const auto rows = tx.query("SELECT COUNT(*) FROM invitations WHERE COALESCE(made_by, '') = ? AND uses_left > 0 AND expires_at > ? "
                               "AND revoked_at IS NULL",
                               {text(madeBy), time(now)});
    if (!rows)
        return rows.error();
    return rows->front()[0].toInt();
}

Result<bool> takeInvitationUse(Transaction &tx, const std::string &id, InvitationRow::Time now)
{
    return touched(tx.execute("UPDATE invitations SET uses_left = uses_left - 1 WHERE id = ? AND uses_left > 0 AND expires_at > ? "
                              "AND revoked_at IS NULL",
                              {text(id), time(now)}));
}

Result<void> insertInvitationUse(Transaction &tx, const std::string &id, const std::string &userId, InvitationRow::Time now)
{
    const auto done =
        tx.execute("INSERT INTO invitation_uses (invitation_id, user_id, used_at) VALUES (?, ?, ?)", {text(id), text(userId), time(now)});
    return done ? Result<void>() : Result<void>(done.error());
}

Result<bool> revokeInvitation(Transaction &tx, const std::string &id, InvitationRow::Time now)
{
    return touched(tx.execute("UPDATE invitations SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", {time(now), text(id)}));
}

Result<int> revokeInvitationsOfUser(Transaction &tx, const std::string &madeBy, InvitationRow::Time now)
{
    return tx.execute("UPDATE invitations SET revoked_at = ? WHERE made_by = ? AND revoked_at IS NULL AND uses_left > 0 AND expires_at > ?",
                      {time(now), text(madeBy), time(now)});
}

Result<int> deleteEndedInvitations(Transaction &tx, const std::string &madeBy, InvitationRow::Time now, int kept)
{
    return tx.execute("DELETE FROM invitations WHERE id IN (SELECT id FROM invitations WHERE COALESCE(made_by, '') = ? AND "
                      "(uses_left = 0 OR expires_at <= ? OR revoked_at IS NOT NULL) ORDER BY created_at DESC, id DESC "
                      "LIMIT 1000000 OFFSET ?)",
                      {text(madeBy), time(now), number(std::max(kept, 0))});
}

Result<int> deleteInvitationsExpiredBefore(Transaction &tx, InvitationRow::Time before)
{
    return tx.execute("DELETE FROM invitations WHERE expires_at < ?", {time(before)});
}

} // namespace matinee::store
