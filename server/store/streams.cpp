#include "store/streams.h"

#include "store/values.h"

#include <algorithm>

namespace matinee::store {

namespace {

StreamRow streamOf(const Row &row)
{
    return {toText(row[0]), toText(row[1]), row[2].toBool(), toTime(row[3]), row[4].toBool()};
}

Result<std::optional<StreamRow>> one(Transaction &tx, const char *sql, const std::string &value)
{
    auto rows = tx.query(sql, {text(value)});
    if (!rows)
        return rows.error();
    return rows->empty() ? std::nullopt : std::optional<StreamRow>(streamOf(rows->front()));
}

Result<bool> touched(const Result<int> &count)
{
    if (!count)
        return count.error();
    return *count > 0;
}

} // namespace

Result<void> insertStream(Transaction &tx, const StreamRow &row)
{
    auto r = tx.execute("INSERT INTO streams (name, key_hash, is_private, created_at, is_stopped) VALUES (?, ?, ?, ?, ?)",
                        {text(row.name), text(row.keyHash), QVariant(row.isPrivate), time(row.createdAt), QVariant(row.isStopped)});
    if (!r && r.error().code == ErrorCode::AlreadyExists)
        return fail(ErrorCode::AlreadyExists, "There is a stream named " + row.name + " already.", "name");
    return r ? Result<void>() : Result<void>(r.error());
}

Result<std::optional<StreamRow>> findStream(Transaction &tx, const std::string &name)
{
    return one(tx, "SELECT name, key_hash, is_private, created_at, is_stopped FROM streams WHERE name = ?", name);
}

Result<std::optional<StreamRow>> findStreamByKeyHash(Transaction &tx, const std::string &keyHash)
{
    return one(tx, "SELECT name, key_hash, is_private, created_at, is_stopped FROM streams WHERE key_hash = ?", keyHash);
}

Result<std::vector<StreamRow>> listStreams(Transaction &tx, const std::string &afterName, int limit)
{
    auto rows = tx.query("SELECT name, key_hash, is_private, created_at, is_stopped FROM streams WHERE name > ? ORDER BY name LIMIT ?",
                         {text(afterName), number(std::clamp(limit, 0, 10'000))});
    if (!rows)
        return rows.error();
    std::vector<StreamRow> streams;
    streams.reserve(rows->size());
    for (const Row &row : *rows)
        streams.push_back(streamOf(row));
    return streams;
}

Result<bool> updateStreamKey(Transaction &tx, const std::string &name, const std::string &keyHash)
{
    return touched(tx.execute("UPDATE streams SET key_hash = ? WHERE name = ?", {text(keyHash), text(name)}));
}

Result<bool> updateStreamStopped(Transaction &tx, const std::string &name, bool isStopped)
{
    return touched(tx.execute("UPDATE streams SET is_stopped = ? WHERE name = ?", {QVariant(isStopped), text(name)}));
}

Result<bool> deleteStream(Transaction &tx, const std::string &name)
{
    return touched(tx.execute("DELETE FROM streams WHERE name = ?", {text(name)}));
}

} // namespace matinee::store
