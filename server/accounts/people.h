// Accounts as those see them who run the server: made, found, given a role, banned, let in, given a link to set a password. Owned by app;
// its Tasks may be awaited on any worker. What changes counts at once, for open sockets too (Sessions::watch).
#pragma once

#include "accounts/sessions.h"
#include "store/links.h"

namespace matinee::accounts {

/// Who does it: a person, or an API key or the command line, which have no user id.
struct Actor
{
    Role role = Role::User; ///< actingRole(caller.permissions)
    std::string userId;
};

/// The token is known now and never again.
struct OneTimeLink
{
    std::string token; ///< Goes behind the '#' of an address: "https://watch.example.org/password#TOKEN".
    SystemTime expiresAt;
};

/// "active", "waiting" or "banned"
[[nodiscard]] std::string_view userState(const store::UserRow &user, SystemTime now);
[[nodiscard]] bool isBannedForGood(const store::UserRow &user);

class People
{
public:
    static constexpr std::chrono::seconds kLinkLifetime{86400};
    static constexpr int kMostInvitations = 100; ///< Of one person, that are still good.
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

    struct Page
    {
        std::vector<store::UserRow> users; ///< By name.
        std::string nextToken;             ///< "" at the end.
    };
    /// `size`: 1 to 500; 0 means 100. InvalidArgument, field "page_token" or "page_size".
    Task<Result<Page>> list(std::string search, std::uint32_t size, std::string pageToken);

    /// FailedPrecondition for the last root.
    Task<Result<store::UserRow>> setRole(std::string who, std::string role, Actor actor, SystemTime now);
    /// For so long, or for good. All sessions of the account end. InvalidArgument for a `reason` over 500 bytes; FailedPrecondition for
    /// oneself and for the last root.
    Task<Result<store::UserRow>> ban(std::string who, std::optional<std::chrono::seconds> howLong, std::string reason, Actor actor,
                                     SystemTime now);
    Task<Result<store::UserRow>> unban(std::string who, Actor actor, SystemTime now);
    Task<Result<store::UserRow>> approve(std::string who, Actor actor, SystemTime now);
    /// Good once and for a day; those made for this account before are good no more.
    Task<Result<OneTimeLink>> createPasswordLink(std::string who, Actor actor, SystemTime now);
    /// By which one new person signs up while accounts.sign_up is "invitation" (or "review": then without one). FailedPrecondition at
    /// kMostInvitations, and for an actor who is no person.
    Task<Result<OneTimeLink>> createInvitation(Actor actor, SystemTime now);

    Task<Result<std::vector<store::SessionRow>>> listSessions(std::string who, SystemTime now);
    Task<Result<std::uint32_t>> revokeSessions(std::string who, Actor actor, SystemTime now);

private:
    using Change = std::function<Result<void>(store::Transaction &, store::UserRow &)>;
    Task<Result<store::UserRow>> changed(std::string who, Actor actor, Change change);

    store::Store &m_store;
    Sessions &m_sessions;
};

// Inside a transaction of the caller's own: the command line works on the data folder without a server.

/// NotFound.
Result<store::UserRow> findPerson(store::Transaction &tx, const std::string &who);
Result<People::Created> createPerson(store::Transaction &tx, const std::string &name, const std::string &role, const Actor &actor,
                                     SystemTime now);
/// `kind` as in store/links.h.
Result<OneTimeLink> makeLink(store::Transaction &tx, const std::string &kind, const std::string &userId, SystemTime now);
Result<OneTimeLink> makePasswordLink(store::Transaction &tx, const store::UserRow &user, SystemTime now);

} // namespace matinee::accounts
