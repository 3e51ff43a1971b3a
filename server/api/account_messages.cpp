#include "api/account_messages.h"

#include "accounts/avatars.h"
#include "accounts/device_label.h"
#include "accounts/letters.h"
#include "api/timestamps.h"

namespace matinee::api {

v1::User describeUser(const store::UserRow &row, accounts::SystemTime now)
{
    v1::User user;
    user.set_id(row.id);
    user.set_name(row.name);
    user.set_role(row.role);
    user.set_state(std::string(accounts::userState(row, now)));
    *user.mutable_created_at() = toTimestamp(row.createdAt);
    if (row.isBanned(now)) {
        if (!accounts::isBannedForGood(row))
            *user.mutable_banned_until() = toTimestamp(*row.bannedUntil);
        user.set_ban_reason(row.banReason);
    }
    if (row.deletedAt)
        *user.mutable_closed_at() = toTimestamp(*row.deletedAt);
    user.set_language(row.language);
    user.set_avatar(accounts::avatarPath(row.id, row.avatarTag));
    user.set_has_password(row.passwordRecord.has_value());
    if (const auto role = accounts::roleOf(row.role)) {
        for (const std::string &name : accounts::permissionNames(accounts::permissionsOf(*role)))
            user.add_permissions(name);
    }
    return user;
}

v1::Session describeSession(const store::SessionRow &row, const std::string &currentId)
{
    v1::Session session;
    session.set_id(row.id);
    session.set_device(row.device);
    session.set_address(row.address);
    *session.mutable_created_at() = toTimestamp(row.createdAt);
    *session.mutable_last_used_at() = toTimestamp(row.lastUsedAt);
    session.set_current(row.id == currentId);
    session.set_method(row.method);
    return session;
}

v1::SessionTokens describeTokens(const accounts::SessionTokens &tokens)
{
    v1::SessionTokens message;
    message.set_access_token(tokens.access);
    message.set_refresh_token(tokens.refresh);
    message.set_access_expires_in_seconds(static_cast<std::uint32_t>(tokens.accessExpiresIn.count()));
    message.set_refresh_expires_in_seconds(static_cast<std::uint32_t>(tokens.refreshExpiresIn.count()));
    return message;
}

v1::SignInResponse describeOutcome(const accounts::SignInOutcome &outcome, accounts::SystemTime now)
{
    v1::SignInResponse response;
    if (outcome.secondFactor) {
        // Who has the password alone learns nothing of the account that they did not type.
        response.set_outcome("second_factor");
        response.mutable_user()->set_name(outcome.user.name);
        response.mutable_second_factor()->set_challenge_id(outcome.secondFactor->challengeId);
        for (const accounts::Factor kind : outcome.secondFactor->kinds)
            response.mutable_second_factor()->add_kinds(std::string(accounts::factorName(kind)));
        if (!outcome.secondFactor->mailAddress.empty())
            response.mutable_second_factor()->set_mail_address(accounts::veiledAddress(outcome.secondFactor->mailAddress));
        return response;
    }
    response.set_outcome(outcome.session ? "signed_in" : outcome.user.awaitsAddress ? "waiting_for_confirmation" : "waiting_for_review");
    *response.mutable_user() = describeUser(outcome.user, now);
    if (outcome.session)
        *response.mutable_session() = describeTokens(*outcome.session);
    return response;
}

accounts::Person personOf(const Caller &caller)
{
    accounts::Person person;
    person.userId = caller.userId;
    person.name = caller.userName;
    person.sessionId = caller.sessionId;
    person.role = accounts::roleOf(caller.role).value_or(accounts::Role::User);
    person.mustAddFactor = caller.mustAddFactor;
    return person;
}

accounts::Actor actorOf(const Caller &caller)
{
    return {accounts::actingRole(caller.permissions), caller.userId, caller.note};
}

accounts::SessionOrigin originOf(const Caller &caller)
{
    accounts::SessionOrigin origin;
    origin.device = accounts::deviceLabel(caller.userAgent);
    origin.address = caller.address;
    origin.note = caller.note;
    return origin;
}

} // namespace matinee::api
