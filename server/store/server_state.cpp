#include "store/server_state.h"

#include "store/values.h"

namespace matinee::store {

Result<std::optional<std::string>> getState(Transaction &tx, const std::string &key)
{
    auto rows = tx.query("SELECT value FROM server_state WHERE key = ?", {text(key)});
    if (!rows)
        return rows.error();
    return rows->empty() ? std::nullopt : std::optional<std::string>(toText(rows->front()[0]));
}

Result<void> setState(Transaction &tx, const std::string &key, const std::string &value)
{
    auto r = tx.execute("INSERT INTO server_state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                        {text(key), text(value)});
    return r ? Result<void>() : Result<void>(r.error());
}

Result<bool> eraseState(Transaction &tx, const std::string &key)
{
    auto r = tx.execute("DELETE FROM server_state WHERE key = ?", {text(key)});
    if (!r)
        return r.error();
    return *r > 0;
}

Result<bool> eraseStateIf(Transaction &tx, const std::string &key, const std::string &value)
{
    auto r = tx.execute("DELETE FROM server_state WHERE key = ? AND value = ?", {text(key), text(value)});
    if (!r)
        return r.error();
    return *r > 0;
}

} // namespace matinee::store
