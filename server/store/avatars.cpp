#include "store/avatars.h"

#include "store/values.h"

namespace matinee::store {

namespace {

Result<std::optional<AvatarRow>> one(Transaction &tx, const char *sql, const std::string &userId)
{
    const auto rows = tx.query(sql, {text(userId)});
    if (!rows)
        return rows.error();
    if (rows->empty())
        return std::optional<AvatarRow>();
    return std::optional<AvatarRow>(AvatarRow{rows->front()[0].toByteArray().toStdString(), toText(rows->front()[1])});
}

} // namespace

Result<std::optional<AvatarRow>> findShownAvatar(Transaction &tx, const std::string &userId)
{
    return one(tx,
               "SELECT avatars.jpeg, avatars.tag FROM avatars JOIN users ON users.id = avatars.user_id "
               "WHERE avatars.user_id = ? AND users.deleted_at IS NULL",
               userId);
}

Result<std::optional<AvatarRow>> findAvatar(Transaction &tx, const std::string &userId)
{
    return one(tx, "SELECT jpeg, tag FROM avatars WHERE user_id = ?", userId);
}

Result<void> putAvatar(Transaction &tx, const std::string &userId, const AvatarRow &avatar, SystemTime now)
{
    const auto put = tx.execute(
        "INSERT INTO avatars (user_id, jpeg, tag, updated_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (user_id) DO UPDATE SET jpeg = excluded.jpeg, tag = excluded.tag, updated_at = excluded.updated_at",
        {text(userId), QVariant(QByteArray(avatar.jpeg.data(), static_cast<qsizetype>(avatar.jpeg.size()))), text(avatar.tag), time(now)});
    return put ? Result<void>() : Result<void>(put.error());
}

Result<bool> deleteAvatar(Transaction &tx, const std::string &userId)
{
    const auto gone = tx.execute("DELETE FROM avatars WHERE user_id = ?", {text(userId)});
    if (!gone)
        return gone.error();
    return *gone > 0;
}

} // namespace matinee::store
