#include "accounts/factor_reset.h"

#include "store/mail_addresses.h"
#include "store/passkeys.h"
#include "store/recovery.h"
#include "store/totp.h"

namespace matinee::accounts {

namespace {

using store::Transaction;
using store::UserRow;

struct Reset
{
    UserRow user;
    std::vector<std::string> ended;
};

Result<Reset> resetIn(Transaction &tx, const std::string &who, const Actor &actor)
{
    auto user = findPerson(tx, who);
    if (!user)
        return user.error();
    const auto role = roleOf(user->role);
    if (!role || !mayHandle(actor.role, *role))
        return fail(ErrorCode::PermissionDenied, "Only a root may do this to an admin or a root.", "user");
    const auto passkeys = store::listPasskeysOfUser(tx, user->id);
    if (!passkeys)
        return passkeys.error();
    for (const store::PasskeyRow &passkey : *passkeys)
        if (auto r = store::deletePasskey(tx, passkey.id, user->id); !r)
            return r.error();
    if (auto r = store::deleteTotp(tx, user->id); !r)
        return r.error();
    if (auto r = store::deleteRecoveryCodes(tx, user->id); !r)
        return r.error();
    auto preferences = store::findMailPreferences(tx, user->id);
    if (!preferences)
        return preferences.error();
    if (preferences->codes) {
        preferences->codes = false;
        if (auto r = store::putMailPreferences(tx, user->id, *preferences); !r)
            return r.error();
    }
    auto ended = store::deleteSessionsOfUser(tx, user->id, "");
    if (!ended)
        return ended.error();
    return Reset{std::move(*user), std::move(*ended)};
}

} // namespace

Task<Result<UserRow>> resetFactors(store::Store &store, Sessions &sessions, std::string who, Actor actor, SystemTime now)
{
    std::function<Result<Reset>(Transaction &)> job = [who, actor](Transaction &tx) { return resetIn(tx, who, actor); };
    auto reset = co_await store.write<Reset>(std::move(job));
    if (!reset) {
        sessions.writeFailed(reset.error());
        co_return Result<UserRow>(reset.error());
    }
    sessions.announceEnd(reset->ended, SessionEnd::Revoked, now);
    sessions.userChanged(reset->user.id);
    co_return Result<UserRow>(std::move(reset->user));
}

} // namespace matinee::accounts
