#include "accounts/people.h"

#include "accounts/audit_notes.h"
#include "accounts/people_rules.h"
#include "accounts/user_names.h"
#include "accounts/wire/base64url.h"

#include <algorithm>

namespace matinee::accounts {

namespace {

using store::SessionRow;
using store::Transaction;
using store::UserRow;

constexpr std::uint32_t kUsualPage = 100;
constexpr std::size_t kMostReasonBytes = 500;
constexpr std::size_t kMostPageToken = 2048;

/// Our clock ends in 2262.
const SystemTime kForGood = SystemTime(std::chrono::seconds(9'214'646'400)); // 2262-01-01

Result<Role> roleOfUser(const UserRow &user)
{
    const auto role = roleOf(user.role);
    if (!role)
        return fail(ErrorCode::Internal, "This account has a role that this server does not know.");
    return *role;
}

Error notAllowed()
{
    return fail(ErrorCode::PermissionDenied, "Only a root may do this to an admin or a root.", "user");
}

Result<UserRow> handledPerson(Transaction &tx, const std::string &who, const Actor &actor)
{
    auto user = findPerson(tx, who);
    if (!user)
        return user;
    if (auto r = checkMayHandle(actor, *user); !r)
        return r.error();
    return user;
}

struct Changed
{
    UserRow before, after;
};

struct Ended
{
    UserRow before, user;
    std::vector<std::string> sessions;
};

} // namespace

Result<void> checkMayHandle(const Actor &actor, const UserRow &user)
{
    const auto role = roleOfUser(user);
    if (!role)
        return role.error();
    return mayHandle(actor.role, *role) ? Result<void>() : Result<void>(notAllowed());
}

Result<void> checkNotLastRoot(Transaction &tx, const UserRow &user, SystemTime now)
{
    if (user.role != roleName(Role::Root))
        return {};
    const auto roots = store::lockActiveUsersOfRole(tx, user.role, now);
    if (!roots)
        return roots.error();
    const bool isThereAnother = std::any_of(roots->begin(), roots->end(), [&](const std::string &id) { return id != user.id; });
    if (!isThereAnother)
        return fail(ErrorCode::FailedPrecondition, "This is the last root. Make another one first.", "user");
    return {};
}

std::string_view userState(const UserRow &user, SystemTime now)
{
    if (user.deletedAt)
        return "closed";
    if (user.isBanned(now))
        return "banned";
    if (user.awaitsAddress)
        return "unconfirmed";
    return user.isWaiting ? "waiting" : "active";
}

bool isBannedForGood(const UserRow &user)
{
    return user.bannedUntil && *user.bannedUntil >= kForGood;
}

Task<Result<People::Created>> People::create(std::string name, std::string role, Actor actor, SystemTime now)
{
    std::function<Result<Created>(Transaction &)> job = [name, role, actor, now](Transaction &tx) {
        return createPerson(tx, name, role, actor, now);
    };
    auto created = co_await m_store.write<Created>(std::move(job));
    if (created)
        noteNewUser(actor.note, created->user);
    co_return created;
}

Task<Result<UserRow>> People::find(std::string who)
{
    std::function<Result<UserRow>(Transaction &)> job = [who](Transaction &tx) { return findPerson(tx, who); };
    co_return co_await m_store.read<UserRow>(std::move(job));
}

Task<Result<People::Page>> People::list(Wanted wanted, SystemTime now)
{
    if (wanted.size > kMostPage)
        co_return Result<Page>(fail(ErrorCode::InvalidArgument, "A page has 1 to 500 accounts.", "page_size"));
    const std::size_t limit = wanted.size == 0 ? kUsualPage : wanted.size;
    const auto after = fromBase64url(wanted.pageToken);
    if (!after || wanted.pageToken.size() > kMostPageToken)
        co_return Result<Page>(fail(ErrorCode::InvalidArgument, "This page token is not one that was given out.", "page_token"));
    const bool isState = std::find(store::kUserStates.begin(), store::kUserStates.end(), wanted.state) != store::kUserStates.end();
    if (!wanted.state.empty() && !isState)
        co_return Result<Page>(
            fail(ErrorCode::InvalidArgument, R"(The states are "active", "waiting", "unconfirmed", "banned" and "closed".)", "state"));
    std::function<Result<Page>(Transaction &)> job = [part = userNameKey(wanted.search), state = wanted.state,
                                                      afterKey = std::string(textOf(*after)), limit, now](Transaction &tx) -> Result<Page> {
        // One more tells whether there is a next page.
        auto users = state.empty() ? store::listUsers(tx, part, afterKey, static_cast<int>(limit) + 1)
                                   : store::listUsersOfState(tx, part, state, now, afterKey, static_cast<int>(limit) + 1);
        if (!users)
            return users.error();
        Page page;
        page.users = std::move(*users);
        if (page.users.size() > limit) {
            page.users.resize(limit);
            page.nextToken = base64url(bytesOf(page.users.back().nameKey));
        }
        if (afterKey.empty()) {
            auto counts = store::countUsersByState(tx, part, now);
            if (!counts)
                return counts.error();
            page.counts = std::move(*counts);
        }
        return page;
    };
    co_return co_await m_store.read<Page>(std::move(job));
}

Task<Result<UserRow>> People::changed(std::string who, Actor actor, Change change)
{
    std::function<Result<Changed>(Transaction &)> job = [who, actor, change = std::move(change)](Transaction &tx) -> Result<Changed> {
        const auto user = handledPerson(tx, who, actor);
        if (!user)
            return user.error();
        Changed changed{*user, *user};
        if (auto r = change(tx, changed.after); !r)
            return r.error();
        return changed;
    };
    auto changed = co_await m_store.write<Changed>(std::move(job));
    if (!changed) {
        m_sessions.writeFailed(changed.error());
        co_return Result<UserRow>(changed.error());
    }
    m_sessions.userChanged(changed->after.id);
    noteUserChange(actor.note, changed->before, changed->after);
    co_return Result<UserRow>(std::move(changed->after));
}

Task<Result<UserRow>> People::setRole(std::string who, std::string role, Actor actor, SystemTime now)
{
    const auto given = roleOf(role);
    if (!given)
        co_return Result<UserRow>(fail(ErrorCode::InvalidArgument, "The roles are \"user\", \"admin\" and \"root\".", "role"));
    Change change = [given = *given, actor, now](Transaction &tx, UserRow &user) -> Result<void> {
        const auto before = roleOfUser(user);
        if (!before)
            return before.error();
        if (!mayGive(actor.role, *before, given))
            return fail(ErrorCode::PermissionDenied, "Only a root makes or unmakes an admin or a root.", "role");
        if (given == *before)
            return {};
        if (auto r = checkNotLastRoot(tx, user, now); !r)
            return r;
        user.role = roleName(given);
        auto r = store::updateUserRole(tx, user.id, user.role);
        return r ? Result<void>() : Result<void>(r.error());
    };
    co_return co_await changed(std::move(who), std::move(actor), std::move(change));
}

Task<Result<UserRow>> People::ban(std::string who, std::optional<std::chrono::seconds> howLong, std::string reason, Actor actor,
                                  SystemTime now)
{
    if (reason.size() > kMostReasonBytes)
        co_return Result<UserRow>(fail(ErrorCode::InvalidArgument, "A reason has 500 bytes at most.", "reason"));
    std::function<Result<Ended>(Transaction &)> job = [=](Transaction &tx) -> Result<Ended> {
        auto user = handledPerson(tx, who, actor);
        if (!user)
            return user.error();
        if (user->id == actor.userId)
            return fail(ErrorCode::FailedPrecondition, "Nobody bans themselves.", "user");
        if (auto r = checkNotLastRoot(tx, *user, now); !r)
            return r.error();
        UserRow before = *user;
        user->bannedUntil = howLong ? now + *howLong : kForGood;
        user->banReason = reason;
        if (auto r = store::updateUserBan(tx, user->id, user->bannedUntil, user->banReason); !r)
            return r.error();
        auto sessions = store::deleteSessionsOfUser(tx, user->id, "");
        if (!sessions)
            return sessions.error();
        return Ended{std::move(before), std::move(*user), std::move(*sessions)};
    };
    auto ended = co_await m_store.write<Ended>(std::move(job));
    if (!ended) {
        m_sessions.writeFailed(ended.error());
        co_return Result<UserRow>(ended.error());
    }
    m_sessions.announceEnd(ended->sessions, SessionEnd::Banned, now);
    m_sessions.userChanged(ended->user.id);
    noteUserChange(actor.note, ended->before, ended->user);
    co_return Result<UserRow>(std::move(ended->user));
}

Task<Result<UserRow>> People::unban(std::string who, Actor actor, SystemTime)
{
    Change change = [](Transaction &tx, UserRow &user) -> Result<void> {
        user.bannedUntil.reset();
        user.banReason.clear();
        auto r = store::updateUserBan(tx, user.id, user.bannedUntil, user.banReason);
        return r ? Result<void>() : Result<void>(r.error());
    };
    co_return co_await changed(std::move(who), std::move(actor), std::move(change));
}

Task<Result<UserRow>> People::approve(std::string who, Actor actor, SystemTime)
{
    Change change = [](Transaction &tx, UserRow &user) -> Result<void> {
        user.isWaiting = false;
        auto r = store::updateUserWaiting(tx, user.id, false);
        return r ? Result<void>() : Result<void>(r.error());
    };
    co_return co_await changed(std::move(who), std::move(actor), std::move(change));
}

Task<Result<OneTimeLink>> People::createPasswordLink(std::string who, Actor actor, SystemTime now)
{
    std::function<Result<OneTimeLink>(Transaction &)> job = [who, actor, now](Transaction &tx) -> Result<OneTimeLink> {
        const auto user = handledPerson(tx, who, actor);
        if (!user)
            return user.error();
        return makePasswordLink(tx, *user, now);
    };
    co_return co_await m_store.write<OneTimeLink>(std::move(job));
}

Task<Result<std::vector<SessionRow>>> People::listSessions(std::string who, Actor actor, SystemTime now)
{
    std::function<Result<UserRow>(Transaction &)> job = [who, actor](Transaction &tx) { return handledPerson(tx, who, actor); };
    auto user = co_await m_store.read<UserRow>(std::move(job));
    if (!user)
        co_return Result<std::vector<SessionRow>>(user.error());
    co_return co_await m_sessions.list(user->id, now);
}

Task<Result<std::uint32_t>> People::revokeSessions(std::string who, Actor actor, SystemTime now)
{
    std::function<Result<UserRow>(Transaction &)> job = [who, actor](Transaction &tx) { return handledPerson(tx, who, actor); };
    auto user = co_await m_store.read<UserRow>(std::move(job));
    if (!user)
        co_return Result<std::uint32_t>(user.error());
    co_return co_await m_sessions.revokeOthers(user->id, std::string(), now, SessionEnd::Revoked);
}

Task<Result<void>> People::revokeSession(std::string who, std::string sessionId, Actor actor, SystemTime now)
{
    std::function<Result<UserRow>(Transaction &)> job = [who, actor](Transaction &tx) { return handledPerson(tx, who, actor); };
    auto user = co_await m_store.read<UserRow>(std::move(job));
    if (!user)
        co_return Result<void>(user.error());
    const auto revoked = co_await m_sessions.revoke(user->id, std::move(sessionId), now, SessionEnd::Revoked);
    if (!revoked)
        co_return Result<void>(revoked.error());
    if (!*revoked)
        co_return Result<void>(fail(ErrorCode::NotFound, "This account has no session with this id (any more).", "id"));
    co_return Result<void>();
}

} // namespace matinee::accounts
