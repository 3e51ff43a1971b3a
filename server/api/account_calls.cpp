#include "api/account_calls.h"

#include "api/account_messages.h"

namespace matinee::api {

namespace {

accounts::SystemTime now()
{
    return std::chrono::system_clock::now();
}

Task<Result<v1::User>> getMe(accounts::People &people, const Caller &caller)
{
    const Result<store::UserRow> row = co_await people.find(caller.userId);
    if (!row)
        co_return row.error();
    v1::User me = describeUser(*row, now());
    if (caller.mustAddFactor) {
        me.set_must_add_factor(true);
        me.clear_permissions();
        for (const std::string &name : accounts::permissionNames(caller.permissions))
            me.add_permissions(name);
    }
    co_return me;
}

Task<Result<v1::ListSessionsResponse>> listMySessions(accounts::Sessions &sessions, const Caller &caller)
{
    const Result<std::vector<store::SessionRow>> rows = co_await sessions.list(caller.userId, now());
    if (!rows)
        co_return rows.error();
    v1::ListSessionsResponse answer;
    for (const store::SessionRow &row : *rows)
        *answer.add_sessions() = describeSession(row, caller.sessionId);
    co_return answer;
}

Task<Result<v1::RevokeSessionsResponse>> revokeMySession(accounts::Sessions &sessions, const Caller &caller,
                                                         const v1::RevokeMySessionRequest &request)
{
    const Result<bool> revoked = co_await sessions.revoke(caller.userId, request.id(), now());
    if (!revoked)
        co_return revoked.error();
    if (!*revoked)
        co_return fail(ErrorCode::NotFound, "You have no such session, or it has ended already.", "id");
    v1::RevokeSessionsResponse answer;
    answer.set_revoked(1);
    co_return answer;
}

Task<Result<v1::RevokeSessionsResponse>> revokeMyOtherSessions(accounts::Sessions &sessions, const Caller &caller)
{
    const Result<std::uint32_t> revoked = co_await sessions.revokeOthers(caller.userId, caller.sessionId, now());
    if (!revoked)
        co_return revoked.error();
    v1::RevokeSessionsResponse answer;
    answer.set_revoked(*revoked);
    co_return answer;
}

Task<Result<v1::BeginPasswordChangeResponse>> beginChange(accounts::Passwords &passwords, const Caller &caller,
                                                          const v1::BeginPasswordChangeRequest &request)
{
    Result<accounts::Passwords::ChangeBegun> begun =
        co_await passwords.beginChange(personOf(caller), request.ke1(), request.registration_request(), caller.address, now());
    if (!begun)
        co_return begun.error();
    v1::BeginPasswordChangeResponse answer;
    answer.set_change_id(begun->id);
    answer.set_ke2(begun->ke2);
    answer.set_registration_response(begun->registrationResponse);
    co_return answer;
}

Task<Result<v1::FinishPasswordChangeResponse>> finishChange(accounts::Passwords &passwords, accounts::SecurityLetters *letters,
                                                            const Caller &caller, const v1::FinishPasswordChangeRequest &request)
{
    const Result<void> changed =
        co_await passwords.finishChange(personOf(caller), request.change_id(), request.ke3(), request.registration_record(), now());
    if (!changed)
        co_return changed.error();
    if (letters) {
        const accounts::SessionOrigin origin = originOf(caller);
        letters->changed(caller.userId, mail::Change::PasswordChanged, {}, {origin.device, origin.address}, now());
    }
    co_return v1::FinishPasswordChangeResponse();
}

} // namespace

void handleAccountCalls(Dispatcher &dispatcher, accounts::Sessions &sessions, accounts::Passwords &passwords, accounts::People &people,
                        accounts::SecurityLetters *letters)
{
    dispatcher.handle<v1::GetMeRequest, v1::User>(
        "matinee.v1.AccountService/GetMe", [&people](const Caller &caller, const v1::GetMeRequest &) { return getMe(people, caller); });
    dispatcher.handle<v1::ListMySessionsRequest, v1::ListSessionsResponse>(
        "matinee.v1.AccountService/ListMySessions",
        [&sessions](const Caller &caller, const v1::ListMySessionsRequest &) { return listMySessions(sessions, caller); });
    dispatcher.handle<v1::RevokeMySessionRequest, v1::RevokeSessionsResponse>(
        "matinee.v1.AccountService/RevokeMySession", [&sessions](const Caller &caller, const v1::RevokeMySessionRequest &request) {
            return revokeMySession(sessions, caller, request);
        });
    dispatcher.handle<v1::RevokeMyOtherSessionsRequest, v1::RevokeSessionsResponse>(
        "matinee.v1.AccountService/RevokeMyOtherSessions",
        [&sessions](const Caller &caller, const v1::RevokeMyOtherSessionsRequest &) { return revokeMyOtherSessions(sessions, caller); });
    dispatcher.handle<v1::BeginPasswordChangeRequest, v1::BeginPasswordChangeResponse>(
        "matinee.v1.AccountService/BeginPasswordChange", [&passwords](const Caller &caller, const v1::BeginPasswordChangeRequest &request) {
            return beginChange(passwords, caller, request);
        });
    dispatcher.handle<v1::FinishPasswordChangeRequest, v1::FinishPasswordChangeResponse>(
        "matinee.v1.AccountService/FinishPasswordChange",
        [&passwords, letters](const Caller &caller, const v1::FinishPasswordChangeRequest &request) {
            return finishChange(passwords, letters, caller, request);
        });
}

} // namespace matinee::api
