#include "app/key_connections.h"

#include "store/audit.h"

namespace matinee::app {

bool KeyConnections::isNew(const std::string &who, std::int64_t hour)
{
    const std::lock_guard lock(m_mutex);
    const std::int64_t *known = m_hours.find(who);
    if (known && *known == hour)
        return false;
    m_hours.put(who, hour);
    return true;
}

void KeyConnections::note(const Caller &caller, std::chrono::system_clock::time_point now)
{
    const auto hour = std::chrono::floor<std::chrono::hours>(now).time_since_epoch().count();
    if (!isNew(caller.keyId + " " + caller.address, hour))
        return;
    store::AuditEntry entry;
    entry.at = now;
    entry.actor = caller.ownerId.empty() ? caller.keyId : caller.keyId + " of user " + caller.ownerName + " (" + caller.ownerId + ")";
    entry.action = "api_keys.connect";
    entry.target = caller.keyId;
    entry.detail = caller.face + ": ok";
    entry.address = caller.address;
    entry.requestId = caller.requestId;
    m_store.writeLater([entry](store::Transaction &tx) { return store::appendAudit(tx, entry); });
}

} // namespace matinee::app
