// Closing accounts, by their owners and by those who run the server; restoring them, and what happens when nobody does.
#include "accounts/people.h"

#include "accounts/audit_notes.h"
#include "accounts/people_rules.h"
#include "accounts/user_names.h"
#include "store/audit.h"
#include "store/invitations.h"

namespace matinee::accounts {

namespace {

using store::Transaction;
using store::UserRow;

constexpr int kPurgedAtOnce = 100;

struct Closed
{
    UserRow before, user;
    std::vector<std::string> sessions;
};

} // namespace

Task<Result<UserRow>> People::closed(std::string who, Actor actor, Check mayBe, SystemTime now)
{
    std::function<Result<Closed>(Transaction &)> job = [=](Transaction &tx) -> Result<Closed> {
        auto user = findPerson(tx, who);
        if (!user)
            return user.error();
        if (auto r = mayBe(*user); !r)
            return r.error();
        Closed closed{*user, *user, {}};
        if (user->deletedAt)
            return closed;
        if (auto r = checkNotLastRoot(tx, *user, now); !r)
            return r.error();
        closed.user.deletedAt = now;
        if (auto r = store::updateUserDeletion(tx, user->id, now); !r)
            return r.error();
        if (auto r = store::deleteLinksOfUser(tx, user->id, "password"); !r)
            return r.error();
        if (auto r = store::revokeInvitationsOfUser(tx, user->id, now); !r)
            return r.error();
        auto sessions = store::deleteSessionsOfUser(tx, user->id, "");
        if (!sessions)
            return sessions.error();
        closed.sessions = std::move(*sessions);
        return closed;
    };
    auto closed = co_await m_store.write<Closed>(std::move(job));
    if (!closed) {
        m_sessions.writeFailed(closed.error());
        co_return Result<UserRow>(closed.error());
    }
    m_sessions.announceEnd(closed->sessions, SessionEnd::Revoked, now);
    m_sessions.userChanged(closed->user.id);
    noteUserChange(actor.note, closed->before, closed->user);
    co_return Result<UserRow>(std::move(closed->user));
}

Task<Result<UserRow>> People::remove(std::string who, Actor actor, SystemTime now)
{
    Check mayBe = [actor](const UserRow &user) -> Result<void> {
        if (user.id == actor.userId)
            return fail(ErrorCode::FailedPrecondition, "One's own account is closed on its own page.", "user");
        return checkMayHandle(actor, user);
    };
    co_return co_await closed(std::move(who), actor, std::move(mayBe), now);
}

Task<Result<UserRow>> People::close(Actor self, std::string name, SystemTime now)
{
    Check mayBe = [typed = userNameKey(name)](const UserRow &user) -> Result<void> {
        if (typed != user.nameKey)
            return fail(ErrorCode::InvalidArgument, "Type the name of your account, so that it is not closed by mistake.", "name");
        return {};
    };
    const std::string id = self.userId;
    co_return co_await closed(id, std::move(self), std::move(mayBe), now);
}

Task<Result<UserRow>> People::restore(std::string who, Actor actor, SystemTime)
{
    Change change = [](Transaction &tx, UserRow &user) -> Result<void> {
        user.deletedAt.reset();
        auto r = store::updateUserDeletion(tx, user.id, user.deletedAt);
        return r ? Result<void>() : Result<void>(r.error());
    };
    co_return co_await changed(std::move(who), std::move(actor), std::move(change));
}

Task<Result<std::uint32_t>> People::purge(SystemTime now)
{
    std::uint32_t purged = 0;
    std::size_t last = kPurgedAtOnce;
    while (last == kPurgedAtOnce) {
        std::function<Result<std::size_t>(Transaction &)> job = [now](Transaction &tx) -> Result<std::size_t> {
            const auto users = store::listUsersDeletedBefore(tx, now - kKeptFor, kPurgedAtOnce);
            if (!users)
                return users.error();
            for (const UserRow &user : *users)
                if (auto r = store::deleteUser(tx, user.id); !r)
                    return r.error();
            for (const UserRow &user : *users) {
                store::AuditEntry entry;
                entry.at = now;
                entry.actor = "retention";
                entry.action = "users.purge";
                entry.target = user.name;
                entry.detail = user.id + ": closed on " + auditTime(*user.deletedAt) + ", and now gone";
                if (auto r = store::appendAudit(tx, entry); !r)
                    return r.error();
            }
            return users->size();
        };
        const auto done = co_await m_store.write<std::size_t>(std::move(job));
        if (!done)
            co_return Result<std::uint32_t>(done.error());
        last = *done;
        purged += static_cast<std::uint32_t>(last);
    }
    co_return Result<std::uint32_t>(purged);
}

} // namespace matinee::accounts
