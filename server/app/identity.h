// Who is calling, and what is written down of it: API keys and people for the dispatcher, its audit entries into the store.
// Owned by app; any worker.
#pragma once

#include "accounts/api_keys.h"
#include "accounts/sessions.h"
#include "api/dispatcher.h"
#include "store/store.h"

namespace matinee::app {

/// Access tokens of people, which look like nothing else, and API keys ("mtn_...").
class CallerAuthenticator final : public api::Authenticator
{
public:
    CallerAuthenticator(accounts::ApiKeys &keys, accounts::Sessions &sessions) : m_keys(keys), m_sessions(sessions) {}
    Task<Result<Caller>> authenticate(std::string_view bearer, Caller anonymous) override;
    std::unique_ptr<api::CredentialWatch> watch(const Caller &person, std::function<void()> over) override;

private:
    accounts::ApiKeys &m_keys;
    accounts::Sessions &m_sessions;
};

class StoreAudit final : public api::AuditSink
{
public:
    explicit StoreAudit(store::Store &store) : m_store(store) {}
    Task<Result<void>> record(api::AuditEntry entry) override;

private:
    store::Store &m_store;
};

} // namespace matinee::app
