#include "api/user_calls.h"

#include "api/account_messages.h"
#include "api/timestamps.h"

namespace matinee::api {

namespace {

using WebAddress = std::function<std::string()>;

accounts::SystemTime now()
{
    return std::chrono::system_clock::now();
}

v1::OneTimeLink describeLink(const accounts::OneTimeLink &link, const WebAddress &webAddress, const std::string &page)
{
    v1::OneTimeLink message;
    message.set_address(webAddress() + page + "#" + link.token);
    *message.mutable_expires_at() = toTimestamp(link.expiresAt);
    return message;
}

Result<v1::User> described(const Result<store::UserRow> &row)
{
    if (!row)
        return row.error();
    return describeUser(*row, now());
}

Task<Result<v1::CreateUserResponse>> createUser(accounts::People &people, WebAddress webAddress, const Caller &caller,
                                                const v1::CreateUserRequest &request)
{
    const Result<accounts::People::Created> made = co_await people.create(request.name(), request.role(), actorOf(caller), now());
    if (!made)
        co_return made.error();
    v1::CreateUserResponse answer;
    *answer.mutable_user() = describeUser(made->user, now());
    *answer.mutable_link() = describeLink(made->link, webAddress, "/password");
    co_return answer;
}

v1::UserCounts describeCounts(const std::map<std::string, std::uint32_t> &counts)
{
    const auto of = [&](const char *state) {
        const auto found = counts.find(state);
        return found == counts.end() ? 0U : found->second;
    };
    v1::UserCounts message;
    message.set_active(of("active"));
    message.set_waiting(of("waiting"));
    message.set_unconfirmed(of("unconfirmed"));
    message.set_banned(of("banned"));
    message.set_closed(of("closed"));
    return message;
}

Task<Result<v1::ListUsersResponse>> listUsers(accounts::People &people, const v1::ListUsersRequest &request)
{
    accounts::People::Wanted wanted;
    wanted.search = request.search();
    wanted.state = request.state();
    wanted.size = request.page_size();
    wanted.pageToken = request.page_token();
    const Result<accounts::People::Page> page = co_await people.list(std::move(wanted), now());
    if (!page)
        co_return page.error();
    v1::ListUsersResponse answer;
    if (page->counts)
        *answer.mutable_counts() = describeCounts(*page->counts);
    for (const store::UserRow &row : page->users)
        *answer.add_users() = describeUser(row, now());
    answer.set_next_page_token(page->nextToken);
    co_return answer;
}

Task<Result<v1::User>> getUser(accounts::People &people, const v1::GetUserRequest &request)
{
    const Result<store::UserRow> row = co_await people.find(request.user());
    co_return described(row);
}

Task<Result<v1::User>> setUserRole(accounts::People &people, const Caller &caller, const v1::SetUserRoleRequest &request)
{
    const Result<store::UserRow> row = co_await people.setRole(request.user(), request.role(), actorOf(caller), now());
    co_return described(row);
}

Task<Result<v1::User>> banUser(accounts::People &people, const Caller &caller, const v1::BanUserRequest &request)
{
    std::optional<std::chrono::seconds> howLong;
    if (request.seconds() != 0)
        howLong = std::chrono::seconds(request.seconds());
    const Result<store::UserRow> row = co_await people.ban(request.user(), howLong, request.reason(), actorOf(caller), now());
    co_return described(row);
}

Task<Result<v1::User>> unbanUser(accounts::People &people, const Caller &caller, const v1::UnbanUserRequest &request)
{
    const Result<store::UserRow> row = co_await people.unban(request.user(), actorOf(caller), now());
    co_return described(row);
}

Task<Result<v1::User>> approveUser(accounts::People &people, const Caller &caller, const v1::ApproveUserRequest &request)
{
    const Result<store::UserRow> row = co_await people.approve(request.user(), actorOf(caller), now());
    co_return described(row);
}

Task<Result<v1::OneTimeLink>> createPasswordLink(accounts::People &people, WebAddress webAddress, const Caller &caller,
                                                 const v1::CreatePasswordLinkRequest &request)
{
    const Result<accounts::OneTimeLink> link = co_await people.createPasswordLink(request.user(), actorOf(caller), now());
    if (!link)
        co_return link.error();
    co_return describeLink(*link, webAddress, "/password");
}

Task<Result<v1::ListSessionsResponse>> listUserSessions(accounts::People &people, const Caller &caller,
                                                        const v1::ListUserSessionsRequest &request)
{
    const Result<std::vector<store::SessionRow>> rows = co_await people.listSessions(request.user(), actorOf(caller), now());
    if (!rows)
        co_return rows.error();
    v1::ListSessionsResponse answer;
    for (const store::SessionRow &row : *rows)
        *answer.add_sessions() = describeSession(row, caller.sessionId);
    co_return answer;
}

Task<Result<v1::RevokeSessionsResponse>> revokeUserSessions(accounts::People &people, const Caller &caller,
                                                            const v1::RevokeUserSessionsRequest &request)
{
    const Result<std::uint32_t> revoked = co_await people.revokeSessions(request.user(), actorOf(caller), now());
    if (!revoked)
        co_return revoked.error();
    v1::RevokeSessionsResponse answer;
    answer.set_revoked(*revoked);
    co_return answer;
}

Task<Result<v1::RevokeSessionsResponse>> revokeUserSession(accounts::People &people, const Caller &caller,
                                                           const v1::RevokeUserSessionRequest &request)
{
    const Result<void> revoked = co_await people.revokeSession(request.user(), request.id(), actorOf(caller), now());
    if (!revoked)
        co_return revoked.error();
    v1::RevokeSessionsResponse answer;
    answer.set_revoked(1);
    co_return answer;
}

} // namespace

void handleUserCalls(Dispatcher &dispatcher, accounts::People &people, WebAddress webAddress)
{
    dispatcher.handle<v1::CreateUserRequest, v1::CreateUserResponse>(
        "matinee.v1.UserService/CreateUser", [&people, webAddress](const Caller &caller, const v1::CreateUserRequest &request) {
            return createUser(people, webAddress, caller, request);
        });
    dispatcher.handle<v1::ListUsersRequest, v1::ListUsersResponse>(
        "matinee.v1.UserService/ListUsers",
        [&people](const Caller &, const v1::ListUsersRequest &request) { return listUsers(people, request); });
    dispatcher.handle<v1::GetUserRequest, v1::User>(
        "matinee.v1.UserService/GetUser",
        [&people](const Caller &, const v1::GetUserRequest &request) { return getUser(people, request); });
    dispatcher.handle<v1::SetUserRoleRequest, v1::User>(
        "matinee.v1.UserService/SetUserRole",
        [&people](const Caller &caller, const v1::SetUserRoleRequest &request) { return setUserRole(people, caller, request); });
    dispatcher.handle<v1::BanUserRequest, v1::User>(
        "matinee.v1.UserService/BanUser",
        [&people](const Caller &caller, const v1::BanUserRequest &request) { return banUser(people, caller, request); });
    dispatcher.handle<v1::UnbanUserRequest, v1::User>(
        "matinee.v1.UserService/UnbanUser",
        [&people](const Caller &caller, const v1::UnbanUserRequest &request) { return unbanUser(people, caller, request); });
    dispatcher.handle<v1::ApproveUserRequest, v1::User>(
        "matinee.v1.UserService/ApproveUser",
        [&people](const Caller &caller, const v1::ApproveUserRequest &request) { return approveUser(people, caller, request); });
    dispatcher.handle<v1::CreatePasswordLinkRequest, v1::OneTimeLink>(
        "matinee.v1.UserService/CreatePasswordLink",
        [&people, webAddress](const Caller &caller, const v1::CreatePasswordLinkRequest &request) {
            return createPasswordLink(people, webAddress, caller, request);
        });
    dispatcher.handle<v1::ListUserSessionsRequest, v1::ListSessionsResponse>(
        "matinee.v1.UserService/ListUserSessions",
        [&people](const Caller &caller, const v1::ListUserSessionsRequest &request) { return listUserSessions(people, caller, request); });
    dispatcher.handle<v1::RevokeUserSessionsRequest, v1::RevokeSessionsResponse>(
        "matinee.v1.UserService/RevokeUserSessions", [&people](const Caller &caller, const v1::RevokeUserSessionsRequest &request) {
            return revokeUserSessions(people, caller, request);
        });
    dispatcher.handle<v1::RevokeUserSessionRequest, v1::RevokeSessionsResponse>(
        "matinee.v1.UserService/RevokeUserSession", [&people](const Caller &caller, const v1::RevokeUserSessionRequest &request) {
            return revokeUserSession(people, caller, request);
        });
}

} // namespace matinee::api
