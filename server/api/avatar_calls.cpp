#include "api/avatar_calls.h"

#include "api/account_messages.h"

#include "matinee/v1/avatars.pb.h"

namespace matinee::api {

namespace {

using accounts::Avatars;

Result<v1::Avatar> described(const Result<std::string> &path)
{
    if (!path)
        return path.error();
    v1::Avatar avatar;
    avatar.set_avatar(*path);
    return avatar;
}

Task<Result<v1::Avatar>> setMyAvatar(Avatars &avatars, const Caller &caller, const v1::SetMyAvatarRequest &request)
{
    const Result<std::string> path = co_await avatars.set(caller.userId, request.image(), caller.note, std::chrono::system_clock::now());
    co_return described(path);
}

Task<Result<v1::Avatar>> removeMyAvatar(Avatars &avatars, const Caller &caller)
{
    const Result<std::string> path = co_await avatars.remove(caller.userId, caller.note);
    co_return described(path);
}

Task<Result<v1::Avatar>> removeUserAvatar(Avatars &avatars, const Caller &caller, const v1::RemoveUserAvatarRequest &request)
{
    const Result<std::string> path = co_await avatars.removeOf(request.user(), actorOf(caller));
    co_return described(path);
}

} // namespace

void handleAvatarCalls(Dispatcher &dispatcher, Avatars &avatars)
{
    dispatcher.handle<v1::SetMyAvatarRequest, v1::Avatar>(
        "matinee.v1.AvatarService/SetMyAvatar",
        [&avatars](const Caller &caller, const v1::SetMyAvatarRequest &request) { return setMyAvatar(avatars, caller, request); });
    dispatcher.handle<v1::RemoveMyAvatarRequest, v1::Avatar>(
        "matinee.v1.AvatarService/RemoveMyAvatar",
        [&avatars](const Caller &caller, const v1::RemoveMyAvatarRequest &) { return removeMyAvatar(avatars, caller); });
    dispatcher.handle<v1::RemoveUserAvatarRequest, v1::Avatar>(
        "matinee.v1.UserAvatarService/RemoveUserAvatar", [&avatars](const Caller &caller, const v1::RemoveUserAvatarRequest &request) {
            return removeUserAvatar(avatars, caller, request);
        });
}

} // namespace matinee::api
