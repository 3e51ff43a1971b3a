#include "app/identity.h"

#include "store/audit.h"

namespace matinee::app {

namespace {

class EndWatch final : public api::CredentialWatch
{
public:
    explicit EndWatch(accounts::SessionWatchers::Watch watch, std::optional<accounts::SystemTime> until = {})
        : m_watch(std::move(watch)), m_until(until)
    {
    }
    [[nodiscard]] bool isOver() const override { return m_until && std::chrono::system_clock::now() >= *m_until; }

private:
    accounts::SessionWatchers::Watch m_watch;
    const std::optional<accounts::SystemTime> m_until;
};

Caller asPerson(Caller caller, accounts::Person person)
{
    caller.permissions |= person.permissions();
    caller.mustAddFactor = person.mustAddFactor;
    caller.role = std::string(accounts::roleName(person.role));
    caller.userId = std::move(person.userId);
    caller.userName = std::move(person.name);
    caller.sessionId = std::move(person.sessionId);
    return caller;
}

Caller asGuest(Caller caller, accounts::Guest guest)
{
    caller.permissions |= accounts::permissionsOfGuests();
    caller.role = "guest";
    caller.guestId = std::move(guest.id);
    caller.guestName = std::move(guest.name);
    return caller;
}

} // namespace

std::string actorOf(const Caller &caller)
{
    if (caller.isPerson())
        return "user " + caller.userName + " (" + caller.userId + ")";
    if (!caller.guestId.empty())
        return "guest " + caller.guestName + " (" + caller.guestId + ")";
    if (caller.keyId.empty())
        return "anonymous";
    return caller.ownerId.empty() ? caller.keyId : caller.keyId + " of user " + caller.ownerName + " (" + caller.ownerId + ")";
}

Task<Result<Caller>> CallerAuthenticator::authenticate(std::string_view bearer, Caller anonymous)
{
    const auto now = std::chrono::system_clock::now();
    if (accounts::AccessTokens::looksLikeOne(bearer)) {
        const std::string token(bearer);
        Result<accounts::Person> person = co_await m_parts.sessions.verify(token, now);
        if (person)
            co_return asPerson(std::move(anonymous), std::move(*person));
        if (person.error().code != ErrorCode::Unauthenticated)
            co_return person.error();
        Result<accounts::Guest> guest = m_parts.guests.verify(token, now);
        if (!guest) // the sentence is that for people, who are many more
            co_return person.error();
        co_return asGuest(std::move(anonymous), std::move(*guest));
    }
    auto verified = co_await m_parts.keys.verify(std::string(bearer), now);
    if (!verified)
        co_return verified.error();
    anonymous.keyId = verified->id;
    anonymous.permissions |= verified->permissions;
    anonymous.ownerId = std::move(verified->ownerId);
    anonymous.ownerName = std::move(verified->ownerName);
    m_connections.note(anonymous, now);
    co_return std::move(anonymous);
}

Task<Result<Caller>> CallerAuthenticator::authenticateTicket(std::string ticket, Caller anonymous)
{
    const auto now = std::chrono::system_clock::now();
    auto holder = m_parts.tickets.take(ticket, now);
    if (!holder)
        co_return fail(ErrorCode::Unauthenticated,
                       "This ticket is not good: it was used, or is older than 30 seconds. Ask for another one.");
    if (holder->guest) {
        const bool isWelcome = m_parts.guests.isAllowed() && now < holder->guest->expiresAt;
        if (!isWelcome)
            co_return fail(ErrorCode::Unauthenticated, "This guest is not known here any more. Enter again, or sign in.");
        co_return asGuest(std::move(anonymous), std::move(*holder->guest));
    }
    Result<accounts::Person> person = co_await m_parts.sessions.personOf(holder->userId, holder->sessionId, now);
    if (!person)
        co_return person.error();
    co_return asPerson(std::move(anonymous), std::move(*person));
}

std::unique_ptr<api::CredentialWatch> CallerAuthenticator::watch(const Caller &who, std::function<void()> over)
{
    if (!who.guestId.empty()) {
        const auto guest = m_parts.guests.find(who.guestId);
        const auto until = guest ? guest->expiresAt : accounts::SystemTime();
        return std::make_unique<EndWatch>(m_parts.guests.watch(who.guestId, std::move(over)), until);
    }
    if (!who.isPerson())
        return std::make_unique<EndWatch>(m_parts.keys.watch({who.keyId, who.permissions, who.ownerId, who.ownerName}, std::move(over)));
    accounts::Person watched;
    watched.userId = who.userId;
    watched.name = who.userName;
    watched.sessionId = who.sessionId;
    watched.role = accounts::roleOf(who.role).value_or(accounts::Role::User);
    watched.mustAddFactor = who.mustAddFactor;
    return std::make_unique<EndWatch>(m_parts.sessions.watch(watched, std::move(over)));
}

Task<Result<Caller>> CallerAuthenticator::again(Caller who)
{
    const auto now = std::chrono::system_clock::now();
    who.permissions = kPublicOnly;
    if (!who.guestId.empty()) {
        auto guest = m_parts.guests.find(who.guestId);
        if (!guest || !m_parts.guests.isAllowed() || now >= guest->expiresAt)
            co_return fail(ErrorCode::Unauthenticated, "This guest is not known here any more. Enter again, or sign in.");
        co_return asGuest(std::move(who), std::move(*guest));
    }
    if (who.isPerson()) {
        Result<accounts::Person> person = co_await m_parts.sessions.personOf(who.userId, who.sessionId, now);
        if (!person)
            co_return person.error();
        co_return asPerson(std::move(who), std::move(*person));
    }
    Result<accounts::VerifiedKey> key = co_await m_parts.keys.verifyAgain(who.keyId, now);
    if (!key)
        co_return key.error();
    who.permissions |= key->permissions;
    who.ownerId = std::move(key->ownerId);
    who.ownerName = std::move(key->ownerName);
    co_return std::move(who);
}

store::AuditEntry auditedExport(const Caller &caller)
{
    store::AuditEntry entry;
    entry.at = std::chrono::system_clock::now();
    entry.actor = actorOf(caller);
    entry.action = "audit.export";
    entry.detail = caller.face + ": ok";
    entry.address = caller.address;
    entry.requestId = caller.requestId;
    return entry;
}

Task<Result<bool>> CallerAuthenticator::isFresh(Caller person)
{
    co_return co_await m_parts.stepUp.isFresh(person.userId, person.sessionId, std::chrono::system_clock::now());
}

Task<Result<void>> StoreAudit::record(api::AuditEntry entry)
{
    store::AuditEntry row;
    row.at = std::chrono::system_clock::now();
    row.actor = entry.signedIn.empty() ? actorOf(entry.caller) : "user " + entry.signedIn;
    row.action = std::move(entry.call);
    row.target = std::move(entry.subject);
    row.detail = entry.caller.face + ": " + entry.outcome;
    row.before = std::move(entry.before);
    row.after = std::move(entry.after);
    row.address = std::move(entry.caller.address);
    row.requestId = std::move(entry.caller.requestId);
    const std::function<Result<void>(store::Transaction &)> append = [row = std::move(row)](store::Transaction &tx) {
        return store::appendAudit(tx, row);
    };
    co_return co_await m_store.write(append);
}

} // namespace matinee::app
