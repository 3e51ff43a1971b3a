#include "api/profile_calls.h"

#include "accounts/avatars.h"
#include "api/timestamps.h"

#include "matinee/v1/profiles.pb.h"

namespace matinee::api {

namespace {

using accounts::Profiles;

Result<v1::Profile> described(const Caller &caller, const Result<store::ProfileRow> &row)
{
    if (!row)
        return row.error();
    v1::Profile profile;
    profile.set_display_name(row->displayName);
    profile.set_language(row->language);
    profile.set_avatar(accounts::avatarPath(caller.userId, row->avatarTag));
    return profile;
}

Task<Result<v1::Profile>> getProfile(Profiles &profiles, const Caller &caller)
{
    const Result<store::ProfileRow> row = co_await profiles.find(caller.userId);
    co_return described(caller, row);
}

Task<Result<v1::Profile>> updateProfile(Profiles &profiles, const Caller &caller, const v1::UpdateProfileRequest &request)
{
    Profiles::Change change;
    if (request.has_display_name())
        change.displayName = request.display_name();
    if (request.has_language())
        change.language = request.language();
    const Result<store::ProfileRow> row = co_await profiles.update(caller.userId, change, caller.note, std::chrono::system_clock::now());
    co_return described(caller, row);
}

Task<Result<v1::ListBlockedUsersResponse>> listBlockedUsers(Profiles &profiles, const Caller &caller)
{
    const Result<std::vector<store::BlockRow>> rows = co_await profiles.blocked(caller.userId);
    if (!rows)
        co_return rows.error();
    v1::ListBlockedUsersResponse answer;
    for (const store::BlockRow &row : *rows) {
        v1::BlockedUser &user = *answer.add_users();
        user.set_id(row.userId);
        user.set_name(row.name);
        *user.mutable_since() = toTimestamp(row.since);
    }
    co_return answer;
}

Task<Result<v1::BlockUserResponse>> blockUser(Profiles &profiles, const Caller &caller, const v1::BlockUserRequest &request)
{
    const Result<void> blocked = co_await profiles.block(caller.userId, request.user(), std::chrono::system_clock::now());
    if (!blocked)
        co_return blocked.error();
    co_return v1::BlockUserResponse();
}

Task<Result<v1::UnblockUserResponse>> unblockUser(Profiles &profiles, const Caller &caller, const v1::UnblockUserRequest &request)
{
    const Result<void> unblocked = co_await profiles.unblock(caller.userId, request.user());
    if (!unblocked)
        co_return unblocked.error();
    co_return v1::UnblockUserResponse();
}

} // namespace

void handleProfileCalls(Dispatcher &dispatcher, Profiles &profiles)
{
    dispatcher.handle<v1::GetProfileRequest, v1::Profile>(
        "matinee.v1.ProfileService/GetProfile",
        [&profiles](const Caller &caller, const v1::GetProfileRequest &) { return getProfile(profiles, caller); });
    dispatcher.handle<v1::UpdateProfileRequest, v1::Profile>(
        "matinee.v1.ProfileService/UpdateProfile",
        [&profiles](const Caller &caller, const v1::UpdateProfileRequest &request) { return updateProfile(profiles, caller, request); });
    dispatcher.handle<v1::ListBlockedUsersRequest, v1::ListBlockedUsersResponse>(
        "matinee.v1.ProfileService/ListBlockedUsers",
        [&profiles](const Caller &caller, const v1::ListBlockedUsersRequest &) { return listBlockedUsers(profiles, caller); });
    dispatcher.handle<v1::BlockUserRequest, v1::BlockUserResponse>(
        "matinee.v1.ProfileService/BlockUser",
        [&profiles](const Caller &caller, const v1::BlockUserRequest &request) { return blockUser(profiles, caller, request); });
    dispatcher.handle<v1::UnblockUserRequest, v1::UnblockUserResponse>(
        "matinee.v1.ProfileService/UnblockUser",
        [&profiles](const Caller &caller, const v1::UnblockUserRequest &request) { return unblockUser(profiles, caller, request); });
}

} // namespace matinee::api
