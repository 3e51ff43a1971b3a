// Who is calling, and what is written down of it: API keys and people for the dispatcher, its audit entries into the store.
// Owned by app; any worker.
#pragma once

#include "accounts/api_keys.h"
#include "accounts/guests.h"
#include "accounts/sessions.h"
#include "accounts/socket_tickets.h"
#include "accounts/step_up.h"
#include "api/dispatcher.h"
#include "app/key_connections.h"
#include "store/audit_chain.h"
#include "store/store.h"

namespace matinee::app {

/// Access tokens of people and of guests, which look like nothing else, and API keys ("mtn_...").
class CallerAuthenticator final : public api::Authenticator
{
public:
    struct Parts
    {
        accounts::ApiKeys &keys;
        accounts::Sessions &sessions;
        accounts::StepUp &stepUp;
        accounts::Guests &guests;
        accounts::SocketTickets &tickets;
    };
    CallerAuthenticator(Parts parts, store::Store &store) : m_parts(parts), m_connections(store) {}
    Task<Result<Caller>> authenticate(std::string_view bearer, Caller anonymous) override;
    Task<Result<Caller>> authenticateTicket(std::string ticket, Caller anonymous) override;
    std::unique_ptr<api::CredentialWatch> watch(const Caller &who, std::function<void()> over) override;
    Task<Result<Caller>> again(Caller who) override;
    Task<Result<bool>> isFresh(Caller person) override;

private:
    const Parts m_parts;
    KeyConnections m_connections;
};

/// Who did it, as the audit log names them: "user alice (u7k2q...)", the name for who reads it, the id since names may change.
[[nodiscard]] std::string actorOf(const Caller &caller);

/// That the log itself was exported: no declared call, and noted all the same.
[[nodiscard]] store::AuditEntry auditedExport(const Caller &caller);

class StoreAudit final : public api::AuditSink
{
public:
    explicit StoreAudit(store::Store &store) : m_store(store) {}
    Task<Result<void>> record(api::AuditEntry entry) override;

private:
    store::Store &m_store;
};

} // namespace matinee::app
