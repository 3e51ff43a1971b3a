#include "app/identity.h"

#include "store/audit.h"

namespace matinee::app {

namespace {

class SessionWatch final : public api::CredentialWatch
{
public:
    explicit SessionWatch(accounts::SessionWatchers::Watch watch) : m_watch(std::move(watch)) {}

private:
    accounts::SessionWatchers::Watch m_watch;
};

/// "user alice (u7k2q...)": the name for who reads it, the id since names may change.
std::string actorOf(const Caller &caller)
{
    if (caller.isPerson())
        return "user " + caller.userName + " (" + caller.userId + ")";
    return caller.keyId.empty() ? "anonymous" : caller.keyId;
}

} // namespace

Task<Result<Caller>> CallerAuthenticator::authenticate(std::string_view bearer, Caller anonymous)
{
    const auto now = std::chrono::system_clock::now();
    if (accounts::AccessTokens::looksLikeOne(bearer)) {
        Result<accounts::Person> person = co_await m_sessions.verify(std::string(bearer), now);
        if (!person)
            co_return person.error();
        anonymous.permissions |= person->permissions();
        anonymous.role = std::string(accounts::roleName(person->role));
        anonymous.userId = std::move(person->userId);
        anonymous.userName = std::move(person->name);
        anonymous.sessionId = std::move(person->sessionId);
        co_return std::move(anonymous);
    }
    auto verified = co_await m_keys.verify(std::string(bearer), now);
    if (!verified)
        co_return verified.error();
    anonymous.keyId = verified->id;
    anonymous.permissions |= verified->permissions;
    co_return std::move(anonymous);
}

std::unique_ptr<api::CredentialWatch> CallerAuthenticator::watch(const Caller &person, std::function<void()> over)
{
    accounts::Person watched;
    watched.userId = person.userId;
    watched.name = person.userName;
    watched.sessionId = person.sessionId;
    watched.role = accounts::roleOf(person.role).value_or(accounts::Role::User);
    return std::make_unique<SessionWatch>(m_sessions.watch(watched, std::move(over)));
}

Task<Result<void>> StoreAudit::record(api::AuditEntry entry)
{
    store::AuditEntry row;
    row.at = std::chrono::system_clock::now();
    row.actor = actorOf(entry.caller);
    row.action = std::move(entry.call);
    row.target = std::move(entry.subject);
    row.detail = entry.caller.face + ": " + entry.outcome;
    row.address = std::move(entry.caller.address);
    row.requestId = std::move(entry.caller.requestId);
    const std::function<Result<void>(store::Transaction &)> append = [row = std::move(row)](store::Transaction &tx) {
        return store::appendAudit(tx, row);
    };
    co_return co_await m_store.write(append);
}

} // namespace matinee::app
