// What is done to accounts within one transaction.
#include "accounts/people.h"

#include "accounts/secrets.h"
#include "accounts/user_names.h"

namespace matinee::accounts {

namespace {

using store::Transaction;
using store::UserRow;

constexpr std::size_t kLinkCharacters = 32; // 160 random bits

} // namespace

Result<UserRow> findPerson(Transaction &tx, const std::string &who)
{
    // An id first: nobody can stand in its way with a name.
    auto found = store::findUser(tx, who);
    if (!found)
        return found.error();
    if (!*found) {
        found = store::findUserByNameKey(tx, userNameKey(who));
        if (!found)
            return found.error();
    }
    if (!*found)
        return fail(ErrorCode::NotFound, "There is no account with this id or name.", "user");
    return std::move(**found);
}

Result<OneTimeLink> makePasswordLink(Transaction &tx, const UserRow &user, SystemTime now)
{
    if (auto r = store::deleteLinksOfUser(tx, user.id, "password"); !r)
        return r.error();
    OneTimeLink link{randomText(kLinkCharacters), now + People::kLinkLifetime};
    if (auto r = store::insertLink(tx, {secretHash(link.token), "password", user.id, now, link.expiresAt}); !r)
        return r.error();
    return link;
}

Result<People::Created> createPerson(Transaction &tx, const std::string &name, const std::string &role, const Actor &actor, SystemTime now)
{
    const auto given = role.empty() ? std::optional<Role>(Role::User) : roleOf(role);
    if (!given)
        return fail(ErrorCode::InvalidArgument, "The roles are \"user\", \"admin\" and \"root\".", "role");
    if (!mayHandle(actor.role, *given))
        return fail(ErrorCode::PermissionDenied, "Only a root makes an admin or a root.", "role");
    auto parsed = parseUserName(name);
    if (!parsed)
        return parsed.error();
    People::Created created;
    created.user.id = "u" + randomText(15);
    created.user.name = parsed->name;
    created.user.nameKey = parsed->key;
    created.user.role = roleName(*given);
    created.user.language = "en";
    created.user.createdAt = now;
    if (auto r = store::insertUser(tx, created.user); !r)
        return r.error();
    auto link = makePasswordLink(tx, created.user, now);
    if (!link)
        return link.error();
    created.link = std::move(*link);
    return created;
}

} // namespace matinee::accounts
