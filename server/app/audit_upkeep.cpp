#include "app/audit_upkeep.h"

#include "observe/log.h"
#include "store/audit.h"
#include "store/server_state.h"

#include "common/settings/declarations.h"
#include "common/settings/value.h"

#include <boost/json.hpp>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <vector>

namespace matinee::app {

namespace {

namespace json = boost::json;

constexpr int kBatch = 1000;
constexpr const char *kState = "audit.settings";

std::string digestOf(const std::string &key, std::string_view setting, const std::string &value)
{
    const std::string text = "matinee settings " + std::string(setting) + '\0' + value;
    std::array<unsigned char, crypto_generichash_BYTES_MIN> digest{};
    const std::size_t keyBytes = std::min<std::size_t>(key.size(), crypto_generichash_KEYBYTES_MAX);
    crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char *>(text.data()), text.size(),
                       keyBytes < crypto_generichash_KEYBYTES_MIN ? nullptr : reinterpret_cast<const unsigned char *>(key.data()),
                       keyBytes < crypto_generichash_KEYBYTES_MIN ? 0 : keyBytes);
    std::string hex(digest.size() * 2 + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
    hex.pop_back();
    return hex;
}

/// As people may see it; a digest beside it where that is not all.
json::object remembered(const settings::Declaration &declaration, const settings::Value &value, const std::string &key)
{
    const std::string all = settings::toText(declaration, value);
    const std::string shown = settings::shown(declaration, value);
    json::object entry{{"value", shown}};
    if (shown != all)
        entry["digest"] = digestOf(key, declaration.key, all);
    return entry;
}

json::object onlyShown(const json::object &entry)
{
    return json::object{{"value", entry.at("value")}};
}

/// What the last run wrote; null where there was none, or what it wrote cannot be read.
json::value parsedState(const std::optional<std::string> &text)
{
    boost::system::error_code failed;
    json::value state = text ? json::parse(*text, failed) : json::value();
    return failed || !state.is_object() ? json::value() : state;
}

bool isEntry(const json::value *value)
{
    return value && value->is_object() && value->get_object().contains("value");
}

} // namespace

Result<void> noteSettings(store::Transaction &tx, const settings::Snapshot &settings, const std::string &key, AuditUpkeep::Time now)
{
    const auto stored = store::getState(tx, kState);
    if (!stored)
        return stored.error();
    const json::value last = parsedState(*stored);
    json::object state;
    std::vector<store::AuditEntry> changes;
    for (const settings::Declaration *declaration : settings::declarations()) {
        const json::object fresh = remembered(*declaration, settings.value(*declaration), key);
        state[declaration->key] = fresh;
        if (!last.is_object())
            continue;
        // A setting that the last version did not know had its default.
        const json::value *known = last.get_object().if_contains(declaration->key);
        const json::object old = isEntry(known) ? known->get_object() : remembered(*declaration, declaration->defaultValue, key);
        if (old == fresh)
            continue;
        store::AuditEntry entry;
        entry.at = now;
        entry.actor = "settings";
        entry.action = "settings.change";
        entry.target = std::string(declaration->key);
        entry.detail = "from: " + settings.origin(*declaration).text();
        entry.before = json::serialize(onlyShown(old));
        entry.after = json::serialize(onlyShown(fresh));
        changes.push_back(std::move(entry));
    }
    if (last.is_object() && changes.empty())
        return {};
    if (auto r = store::setState(tx, kState, json::serialize(state)); !r)
        return r;
    for (const store::AuditEntry &entry : changes)
        if (auto r = store::appendAudit(tx, entry); !r)
            return r;
    return {};
}

AuditUpkeep::AuditUpkeep(store::Store &store, const settings::Snapshot &settings)
    : m_store(store), m_keepDays(settings.get(settings::auditKeepDays))
{
}

Result<void> AuditUpkeep::chainLegacy()
{
    for (;;) {
        const auto chained = m_store.writeNow<int>([](store::Transaction &tx) { return store::chainLegacyAudit(tx, kBatch); });
        if (!chained)
            return chained.error();
        if (*chained == 0)
            return {};
        log::info("audit", "{} entries from before the chain got their places in it.", *chained);
    }
}

void AuditUpkeep::apply(const settings::Snapshot &settings)
{
    m_keepDays = settings.get(settings::auditKeepDays);
    m_sweptDay = 0; // the new number counts now
    const std::string key = settings.get(settings::securityCredentialEncryptionKey);
    m_store.writeLater(
        [settings, key](store::Transaction &tx) { return noteSettings(tx, settings, key, std::chrono::system_clock::now()); });
}

Task<void> AuditUpkeep::sweep(Time now)
{
    const std::int64_t keep = m_keepDays;
    const std::int64_t today = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
    if (keep == 0 || m_sweptDay.exchange(today) == today)
        co_return;
    const Time cutoff = now - std::chrono::days(keep);
    bool more = true;
    while (more) {
        const std::function<Result<store::AuditRemoval>(store::Transaction &)> job = [cutoff, now](store::Transaction &tx) {
            return store::removeOldAudit(tx, cutoff, now, kBatch);
        };
        const auto removed = co_await m_store.write<store::AuditRemoval>(job);
        if (!removed) {
            log::warn("audit", "Old entries of the audit log stay for now: {}", removed.error().message);
            if (removed.error().code == ErrorCode::Unavailable)
                m_sweptDay = 0; // in a minute again
            co_return;
        }
        more = removed->more;
    }
}

} // namespace matinee::app
