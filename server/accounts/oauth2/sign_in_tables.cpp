#include "accounts/oauth2/sign_in_tables.h"

#include "accounts/oauth2/new_names.h"
#include "accounts/secrets.h"

#include <algorithm>

namespace matinee::accounts::oauth2 {

namespace {

using store::IdentityRow;
using store::Transaction;
using store::UserRow;

Error accountGone()
{
    return fail(ErrorCode::NotFound, "This account is gone.");
}

/// The first name that nobody has. Looked up before it is written, since a statement that fails ends the transaction.
Result<UserName> freeName(Transaction &tx, const RemoteUser &user)
{
    for (UserName &name : nameCandidates(user)) {
        const auto taken = store::findUserByNameKey(tx, name.key);
        if (!taken)
            return taken.error();
        if (!*taken)
            return std::move(name);
    }
    return fail(ErrorCode::AlreadyExists, "No name for a new account was free. Try again.", "name");
}

Result<UserRow> makeUser(Transaction &tx, const IdentityRow &identity, const RemotePerson &person, const std::string &language,
                         bool isReviewed, SystemTime now)
{
    auto name = freeName(tx, person.user);
    if (!name)
        return name.error();
    UserRow user;
    user.id = identity.userId;
    user.name = name->name;
    user.nameKey = name->key;
    user.role = roleName(Role::User);
    user.isWaiting = isReviewed;
    user.language = language;
    user.createdAt = now;
    if (auto r = store::insertUser(tx, user); !r)
        return r.error();
    if (auto r = store::insertIdentity(tx, identity); !r)
        return r.error();
    return user;
}

} // namespace

IdentityRow identityRow(const Provider &provider, const RemotePerson &person, SystemTime now)
{
    IdentityRow row;
    row.provider = provider.id();
    row.issuer = person.issuer;
    row.subject = person.user.subject;
    row.name = person.user.name.empty() ? person.user.email : person.user.name;
    row.linkedAt = now;
    return row;
}

Result<SignedIn> signInIn(Transaction &tx, const Sessions &sessions, const Provider &provider, const RemotePerson &person,
                          const std::string &language, bool isReviewed, const SessionOrigin &origin, SystemTime now)
{
    SignedIn signedIn;
    IdentityRow identity = identityRow(provider, person, now);
    const auto known = store::findIdentity(tx, identity.provider, identity.issuer, identity.subject);
    if (!known)
        return known.error();
    UserRow user;
    if (*known) {
        auto found = store::findUser(tx, (*known)->userId);
        if (!found)
            return found.error();
        if (!*found)
            return accountGone();
        user = std::move(**found);
        if ((*known)->name != identity.name)
            if (auto r = store::renameIdentity(tx, identity); !r)
                return r.error();
    } else if (!provider.enableSignup) {
        return fail(ErrorCode::PermissionDenied, "No account here belongs to this account of " + provider.name +
                                                     ". Sign in another way, and link it on the page of your account.");
    } else {
        identity.userId = "u" + randomText(15);
        auto made = makeUser(tx, identity, person, language, isReviewed, now);
        if (!made)
            return made.error();
        user = std::move(*made);
        signedIn.isNew = true;
    }
    auto begun = sessions.beginIn(tx, user, origin, now);
    if (!begun)
        return begun.error();
    signedIn.begun = std::move(*begun);
    return signedIn;
}

Result<UserRow> linkIn(Transaction &tx, const Provider &provider, const RemotePerson &person, const std::string &userId, SystemTime now)
{
    IdentityRow identity = identityRow(provider, person, now);
    identity.userId = userId;
    auto user = store::findUser(tx, userId);
    if (!user)
        return user.error();
    if (!*user)
        return accountGone();
    const auto known = store::findIdentity(tx, identity.provider, identity.issuer, identity.subject);
    if (!known)
        return known.error();
    if (*known && (*known)->userId != userId)
        return fail(ErrorCode::AlreadyExists, "This account of " + provider.name + " belongs to another account here.");
    if (*known)
        return std::move(**user);
    const auto own = store::lockIdentitiesOfUser(tx, userId);
    if (!own)
        return own.error();
    if (own->size() >= kMostIdentities)
        return fail(ErrorCode::FailedPrecondition,
                    "An account can have at most " + std::to_string(kMostIdentities) + " others linked to it. Take one away first.");
    if (auto r = store::insertIdentity(tx, identity); !r)
        return r.error();
    return std::move(**user);
}

std::string identityId(const IdentityRow &row)
{
    constexpr std::size_t kCharacters = 32;
    return secretHash(row.provider + "\n" + row.issuer + "\n" + row.subject).substr(0, kCharacters);
}

Result<void> unlinkIn(Transaction &tx, const std::string &userId, const std::string &id, const std::vector<std::string> &usable,
                      const HasOtherWayIn &hasOtherWayIn)
{
    const auto user = store::lockUser(tx, userId); // against whoever takes the other way in away meanwhile
    if (!user)
        return user.error();
    if (!*user)
        return accountGone();
    const auto own = store::lockIdentitiesOfUser(tx, userId);
    if (!own)
        return own.error();
    const auto wanted = std::find_if(own->begin(), own->end(), [&](const IdentityRow &row) { return identityId(row) == id; });
    if (wanted == own->end())
        return fail(ErrorCode::NotFound, "Nothing of this id is linked to your account.", "id");
    const bool isOther = std::any_of(own->begin(), own->end(), [&](const IdentityRow &row) {
        return &row != &*wanted && std::find(usable.begin(), usable.end(), row.provider) != usable.end();
    });
    if (!isOther) {
        const auto other = hasOtherWayIn(tx, **user);
        if (!other)
            return other.error();
        if (!*other)
            return fail(ErrorCode::FailedPrecondition,
                        "This is the only way into your account. Set a password, or link another account, before you take it away.");
    }
    const auto gone = store::deleteIdentity(tx, *wanted);
    if (!gone)
        return gone.error();
    return {};
}

} // namespace matinee::accounts::oauth2
