#include "app/identity.h"

#include "store/audit.h"

namespace matinee::app {

Task<Result<Caller>> KeyAuthenticator::authenticate(std::string_view bearer, Caller anonymous)
{
    auto verified = co_await m_keys.verify(std::string(bearer), std::chrono::system_clock::now());
    if (!verified)
        co_return verified.error();
    anonymous.keyId = verified->id;
    anonymous.permissions |= verified->permissions;
    co_return std::move(anonymous);
}

Task<Result<void>> StoreAudit::record(api::AuditEntry entry)
{
    store::AuditEntry row;
    row.at = std::chrono::system_clock::now();
    row.actor = entry.caller.keyId.empty() ? "anonymous" : entry.caller.keyId;
    row.action = std::move(entry.call);
    row.target = std::move(entry.subject);
    row.detail = entry.caller.face + ": " + entry.outcome;
    row.address = std::move(entry.caller.address);
    row.requestId = std::move(entry.caller.requestId);
    const std::function<Result<void>(store::Transaction &)> append = [row = std::move(row)](store::Transaction &tx) { return store::appendAudit(tx, row); };
    co_return co_await m_store.write(append);
}

} // namespace matinee::app
