// Who is calling, and what is written down of it: API keys for the dispatcher, its audit entries into the store.
// Owned by app; any worker.
#pragma once

#include "accounts/api_keys.h"
#include "api/dispatcher.h"
#include "store/store.h"

namespace matinee::app {

class KeyAuthenticator final : public api::Authenticator
{
public:
    explicit KeyAuthenticator(accounts::ApiKeys &keys) : m_keys(keys) { }
    Task<Result<Caller>> authenticate(std::string_view bearer, Caller anonymous) override;

private:
    accounts::ApiKeys &m_keys;
};

class StoreAudit final : public api::AuditSink
{
public:
    explicit StoreAudit(store::Store &store) : m_store(store) { }
    Task<Result<void>> record(api::AuditEntry entry) override;

private:
    store::Store &m_store;
};

} // namespace matinee::app
