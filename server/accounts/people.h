// Accounts as those see them who run the server: made, found, given a role, banned, let in, given a link to set a password. Owned by app;
// its Tasks may be awaited on any worker. What changes counts at once, for open sockets too (Sessions::watch).
#pragma once

#include "accounts/sessions.h"
#include "store/links.h"

#include "common/protocol/caller.h"

#include <map>

namespace matinee::accounts {

/// Who does it: a person, or an API key or the command line, which have no user id.
struct Actor
{
    Role role = Role::User; ///< actingRole(caller.permissions)
    std::string userId;
    std::shared_ptr<AuditNote> note{}; ///< Is told what changed; may be null.
};

/// The token is known now and never again.
struct OneTimeLink
{
    std::string token; ///< Goes behind the '#' of an address: "https://watch.example.org/password#TOKEN".
    SystemTime expiresAt;
};

/// "active", "waiting", "unconfirmed", "banned" or "closed"
[[nodiscard]] std::string_view userState(const store::UserRow &user, SystemTime now);
[[nodiscard]] bool isBannedForGood(const store::UserRow &user);

class People
{
public:
    static constexpr std::chrono::seconds kLinkLifetime{86400};
    static constexpr std::chrono::days kKeptFor{90}; ///< A closed account, for who changes their mind.
    static constexpr std::uint32_t kMostPage = 500;

    People(store::Store &store, Sessions &sessions) : m_store(store), m_sessions(sessions) {}

    // `who`: an id, or else a name. NotFound for neither. PermissionDenied for accounts and roles above the actor's (roles.h).

    struct Created
    {
        store::UserRow user;
        OneTimeLink link;
    };
    /// Without a password; the link sets it. `role`: "" means "user". InvalidArgument, AlreadyExists.
    Task<Result<Created>> create(std::string name, std::string role, Actor actor, SystemTime now);
    Task<Result<store::UserRow>> find(std::string who);

    struct Wanted
    {
        std::string search{};    ///< In the name; "" means all.
        std::string state{};     ///< As userState() has it; "" means all.
        std::uint32_t size = 0;  ///< 1 to 500; 0 means 100.
        std::string pageToken{}; ///< "" for the first page.
    };
    struct Page
    {
        std::vector<store::UserRow> users; ///< By name.
        std::string nextToken;             ///< "" at the end.
        /// With the first page: how many have `search` in their name, by state, whatever state is wanted.
        std::optional<std::map<std::string, std::uint32_t>> counts;
    };
    /// InvalidArgument, field "page_token", "page_size" or "state".
    Task<Result<Page>> list(Wanted wanted, SystemTime now);

    /// FailedPrecondition for the last root.
    Task<Result<store::UserRow>> setRole(std::string who, std::string role, Actor actor, SystemTime now);
    /// For so long, or for good. All sessions of the account end. InvalidArgument for a `reason` over 500 bytes; FailedPrecondition for
    /// oneself and for the last root.
    Task<Result<store::UserRow>> ban(std::string who, std::optional<std::chrono::seconds> howLong, std::string reason, Actor actor,
                                     SystemTime now);
    Task<Result<store::UserRow>> unban(std::string who, Actor actor, SystemTime now);
    /// Signed out everywhere, and nobody signs in; the name stays taken. Gone for good after kKeptFor. FailedPrecondition for oneself
    /// (that is `close`) and for the last root. Once more makes no difference.
    Task<Result<store::UserRow>> remove(std::string who, Actor actor, SystemTime now);
    /// As it was before `remove` or `close`.
    Task<Result<store::UserRow>> restore(std::string who, Actor actor, SystemTime now);
    /// One's own. FailedPrecondition for the last root. `name`, typed once more, is that of the account, else InvalidArgument.
    Task<Result<store::UserRow>> close(Actor self, std::string name, SystemTime now);
    /// Accounts that were closed longer ago than kKeptFor are gone, which the audit log tells; how many.
    Task<Result<std::uint32_t>> purge(SystemTime now);
    Task<Result<store::UserRow>> approve(std::string who, Actor actor, SystemTime now);
    /// Good once and for a day; those made for this account before are good no more.
    Task<Result<OneTimeLink>> createPasswordLink(std::string who, Actor actor, SystemTime now);

    Task<Result<std::vector<store::SessionRow>>> listSessions(std::string who, Actor actor, SystemTime now);
    /// NotFound, field "id", where that person has no such session.
    Task<Result<void>> revokeSession(std::string who, std::string sessionId, Actor actor, SystemTime now);
    Task<Result<std::uint32_t>> revokeSessions(std::string who, Actor actor, SystemTime now);

private:
    using Change = std::function<Result<void>(store::Transaction &, store::UserRow &)>;
    Task<Result<store::UserRow>> changed(std::string who, Actor actor, Change change);

    using Check = std::function<Result<void>(const store::UserRow &)>;
    Task<Result<store::UserRow>> closed(std::string who, Actor actor, Check mayBe, SystemTime now);

    store::Store &m_store;
    Sessions &m_sessions;
};

// Inside a transaction of the caller's own: the command line works on the data folder without a server.

/// NotFound.
Result<store::UserRow> findPerson(store::Transaction &tx, const std::string &who);
Result<People::Created> createPerson(store::Transaction &tx, const std::string &name, const std::string &role, const Actor &actor,
                                     SystemTime now);
Result<OneTimeLink> makePasswordLink(store::Transaction &tx, const store::UserRow &user, SystemTime now);

} // namespace matinee::accounts
