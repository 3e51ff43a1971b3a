#include "api/life_calls.h"

#include "accounts/people_rules.h"
#include "api/account_messages.h"
#include "api/api_key_calls.h"
#include "api/audit_calls.h"
#include "api/mail_address_messages.h"
#include "api/timestamps.h"
#include "store/audit.h"
#include "store/avatars.h"
#include "store/identities.h"
#include "store/passkeys.h"
#include "store/profiles.h"
#include "store/recovery.h"
#include "store/totp.h"

#include "matinee/v1/account_life.pb.h"

namespace matinee::api {

namespace {

constexpr int kActionsAtOnce = 1000;
constexpr int kMostActions = 10'000;
constexpr int kMostBlocked = 10'000;

accounts::SystemTime now()
{
    return std::chrono::system_clock::now();
}

Result<v1::User> described(const Result<store::UserRow> &row)
{
    if (!row)
        return row.error();
    return describeUser(*row, now());
}

Result<void> addWaysIn(store::Transaction &tx, const std::string &id, v1::AccountData &data)
{
    const auto passkeys = store::listPasskeysOfUser(tx, id);
    if (!passkeys)
        return passkeys.error();
    for (const store::PasskeyRow &row : *passkeys) {
        v1::AccountPasskey &passkey = *data.add_passkeys();
        passkey.set_name(row.name);
        passkey.set_domain(row.rpId);
        *passkey.mutable_created_at() = toTimestamp(row.createdAt);
        if (row.lastUsedAt)
            *passkey.mutable_last_used_at() = toTimestamp(*row.lastUsedAt);
    }
    const auto totp = store::findTotp(tx, id);
    if (!totp)
        return totp.error();
    if (*totp)
        *data.mutable_totp_since() = toTimestamp((*totp)->createdAt);
    const auto codes = store::listRecoveryCodes(tx, id);
    if (!codes)
        return codes.error();
    data.set_recovery_codes_left(static_cast<std::uint32_t>(codes->size()));
    const auto identities = store::listIdentitiesOfUser(tx, id);
    if (!identities)
        return identities.error();
    for (const store::IdentityRow &row : *identities) {
        v1::AccountIdentity &identity = *data.add_identities();
        identity.set_provider(row.provider);
        identity.set_issuer(row.issuer);
        identity.set_subject(row.subject);
        identity.set_name(row.name);
        *identity.mutable_linked_at() = toTimestamp(row.linkedAt);
    }
    return {};
}

Result<void> addMail(store::Transaction &tx, const std::string &id, v1::AccountData &data)
{
    const auto addresses = store::listMailAddresses(tx, id);
    if (!addresses)
        return addresses.error();
    for (const store::MailAddressRow &row : *addresses)
        *data.add_mail_addresses() = describeMailAddress(row);
    const auto preferences = store::findMailPreferences(tx, id);
    if (!preferences)
        return preferences.error();
    data.set_new_device_letters(preferences->newDeviceLetters);
    data.set_mail_codes(preferences->codes);
    return {};
}

/// All but the actions, of one moment. `actor`: who asks for that of another.
Result<v1::AccountData> dataOf(store::Transaction &tx, const std::string &who, const std::string &currentSession,
                               const std::optional<accounts::Actor> &actor)
{
    const auto user = accounts::findPerson(tx, who);
    if (!user)
        return user.error();
    if (actor) {
        if (auto r = accounts::checkMayHandle(*actor, *user); !r)
            return r.error();
    }
    v1::AccountData data;
    *data.mutable_made_at() = toTimestamp(now());
    *data.mutable_account() = describeUser(*user, now());
    if (user->passwordChangedAt)
        *data.mutable_password_changed_at() = toTimestamp(*user->passwordChangedAt);
    const auto profile = store::findProfile(tx, user->id);
    if (!profile)
        return profile.error();
    if (*profile) {
        data.mutable_profile()->set_display_name((*profile)->displayName);
        data.mutable_profile()->set_language((*profile)->language);
        data.mutable_profile()->set_avatar(data.account().avatar());
    }
    const auto avatar = store::findAvatar(tx, user->id);
    if (!avatar)
        return avatar.error();
    if (*avatar)
        data.set_avatar((*avatar)->jpeg);
    const auto sessions = store::listSessionsOfUser(tx, user->id);
    if (!sessions)
        return sessions.error();
    for (const store::SessionRow &row : *sessions)
        *data.add_sessions() = describeSession(row, currentSession);
    const auto keys = store::listApiKeysOf(tx, user->id);
    if (!keys)
        return keys.error();
    for (const store::ApiKeyRow &row : *keys) {
        v1::ApiKey &key = *data.add_api_keys();
        key = describeApiKey(row);
        key.clear_state(); // of the moment, not of the account
    }
    const auto blocked = store::listBlocks(tx, user->id, kMostBlocked);
    if (!blocked)
        return blocked.error();
    for (const store::BlockRow &row : *blocked) {
        v1::BlockedUser &other = *data.add_blocked();
        other.set_id(row.userId);
        other.set_name(row.name);
        *other.mutable_since() = toTimestamp(row.since);
    }
    if (auto r = addWaysIn(tx, user->id, data); !r)
        return r.error();
    if (auto r = addMail(tx, user->id, data); !r)
        return r.error();
    return data;
}

Task<Result<v1::AccountData>> exportData(store::Store &store, std::string who, std::string currentSession,
                                         std::optional<accounts::Actor> actor = {})
{
    const std::function<Result<v1::AccountData>(store::Transaction &)> job = [who, currentSession, actor](store::Transaction &tx) {
        return dataOf(tx, who, currentSession, actor);
    };
    Result<v1::AccountData> data = co_await store.read<v1::AccountData>(job);
    if (!data)
        co_return data;
    store::AuditFilter filter;
    filter.actor = "(" + data->account().id() + ")"; // as app/identity.cpp writes it
    std::optional<std::int64_t> from;
    bool more = true;
    while (more && data->actions_size() < kMostActions) {
        const std::function<Result<std::vector<store::AuditEntry>>(store::Transaction &)> page = [filter, from](store::Transaction &tx) {
            return store::searchAudit(tx, filter, store::AuditOrder::NewestFirst, from, kActionsAtOnce);
        };
        const auto entries = co_await store.read<std::vector<store::AuditEntry>>(page);
        if (!entries)
            co_return entries.error();
        for (const store::AuditEntry &entry : *entries)
            *data->add_actions() = describeAuditEntry(entry);
        more = entries->size() == static_cast<std::size_t>(kActionsAtOnce);
        if (more)
            from = entries->back().id;
    }
    data->set_more_actions(more);
    co_return data;
}

Task<Result<v1::User>> closeMyAccount(accounts::People &people, const Caller &caller, const v1::CloseMyAccountRequest &request)
{
    const Result<store::UserRow> row = co_await people.close(actorOf(caller), request.name(), now());
    co_return described(row);
}

Task<Result<v1::User>> deleteUser(accounts::People &people, const Caller &caller, const v1::DeleteUserRequest &request)
{
    const Result<store::UserRow> row = co_await people.remove(request.user(), actorOf(caller), now());
    co_return described(row);
}

Task<Result<v1::User>> restoreUser(accounts::People &people, const Caller &caller, const v1::RestoreUserRequest &request)
{
    const Result<store::UserRow> row = co_await people.restore(request.user(), actorOf(caller), now());
    co_return described(row);
}

} // namespace

void handleLifeCalls(Dispatcher &dispatcher, store::Store &store, accounts::People &people)
{
    dispatcher.handle<v1::ExportMyDataRequest, v1::AccountData>(
        "matinee.v1.AccountLifeService/ExportMyData",
        [&store](const Caller &caller, const v1::ExportMyDataRequest &) { return exportData(store, caller.userId, caller.sessionId); });
    dispatcher.handle<v1::CloseMyAccountRequest, v1::User>(
        "matinee.v1.AccountLifeService/CloseMyAccount",
        [&people](const Caller &caller, const v1::CloseMyAccountRequest &request) { return closeMyAccount(people, caller, request); });
    dispatcher.handle<v1::DeleteUserRequest, v1::User>(
        "matinee.v1.UserLifeService/DeleteUser",
        [&people](const Caller &caller, const v1::DeleteUserRequest &request) { return deleteUser(people, caller, request); });
    dispatcher.handle<v1::RestoreUserRequest, v1::User>(
        "matinee.v1.UserLifeService/RestoreUser",
        [&people](const Caller &caller, const v1::RestoreUserRequest &request) { return restoreUser(people, caller, request); });
    dispatcher.handle<v1::ExportUserRequest, v1::AccountData>(
        "matinee.v1.UserLifeService/ExportUser", [&store](const Caller &caller, const v1::ExportUserRequest &request) {
            return exportData(store, request.user(), caller.sessionId, actorOf(caller));
        });
}

} // namespace matinee::api
