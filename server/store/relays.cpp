#include "store/relays.h"

#include "store/streams.h"
#include "store/values.h"

namespace matinee::store {

namespace {

PullRow pullOf(const Row &row)
{
    return {toText(row[0]), toText(row[1]), toText(row[2]), toTime(row[3]), row[4].toBool()};
}

PushTargetRow targetOf(const Row &row)
{
    return {toText(row[0]), toText(row[1]), toText(row[2]), toTime(row[3])};
}

template <class T> Result<std::vector<T>> all(const Result<std::vector<Row>> &rows, T (*of)(const Row &))
{
    if (!rows)
        return rows.error();
    std::vector<T> list;
    list.reserve(rows->size());
    for (const Row &row : *rows)
        list.push_back(of(row));
    return list;
}

/// Asked for rather than left to the foreign key, whose violation would end the transaction without saying which.
Result<StreamRow> needStream(Transaction &tx, const std::string &name)
{
    const auto stream = findStream(tx, name);
    if (!stream)
        return stream.error();
    if (!*stream)
        return fail(ErrorCode::NotFound, "There is no stream named " + name + ".", "name");
    return **stream;
}

Result<bool> touched(const Result<int> &count)
{
    if (!count)
        return count.error();
    return *count > 0;
}

} // namespace

Result<bool> putPull(Transaction &tx, const PullRow &row)
{
    const auto stream = needStream(tx, row.stream);
    if (!stream)
        return stream.error();
    const auto put = tx.execute("INSERT INTO stream_pulls (stream, address_sealed, mode, created_at) VALUES (?, ?, ?, ?) "
                                "ON CONFLICT (stream) DO UPDATE SET address_sealed = excluded.address_sealed, mode = excluded.mode",
                                {text(row.stream), text(row.addressSealed), text(row.mode), time(row.createdAt)});
    if (!put)
        return put.error();
    return stream->isStopped;
}

Result<std::optional<PullRow>> findPull(Transaction &tx, const std::string &stream)
{
    const auto rows = tx.query("SELECT p.stream, p.address_sealed, p.mode, p.created_at, s.is_stopped FROM stream_pulls p "
                               "JOIN streams s ON s.name = p.stream WHERE p.stream = ?",
                               {text(stream)});
    if (!rows)
        return rows.error();
    return rows->empty() ? std::nullopt : std::optional<PullRow>(pullOf(rows->front()));
}

Result<bool> deletePull(Transaction &tx, const std::string &stream)
{
    return touched(tx.execute("DELETE FROM stream_pulls WHERE stream = ?", {text(stream)}));
}

Result<std::vector<PullRow>> listPulls(Transaction &tx)
{
    return all(tx.query("SELECT p.stream, p.address_sealed, p.mode, p.created_at, s.is_stopped FROM stream_pulls p "
                        "JOIN streams s ON s.name = p.stream ORDER BY p.stream LIMIT 10000"),
               pullOf);
}

Result<void> insertPushTarget(Transaction &tx, const PushTargetRow &row, int limit)
{
    if (auto there = needStream(tx, row.stream); !there)
        return there.error();
    const auto count = tx.query("SELECT COUNT(*) FROM push_targets WHERE stream = ?", {text(row.stream)});
    if (!count)
        return count.error();
    if (count->front()[0].toInt() >= limit)
        return fail(ErrorCode::FailedPrecondition,
                    row.stream + " has " + std::to_string(limit) + " push targets, which is the most. Delete one first.", "name");
    const auto put = tx.execute("INSERT INTO push_targets (id, stream, address_sealed, created_at) VALUES (?, ?, ?, ?)",
                                {text(row.id), text(row.stream), text(row.addressSealed), time(row.createdAt)});
    return put ? Result<void>() : Result<void>(put.error());
}

Result<std::vector<PushTargetRow>> listPushTargets(Transaction &tx, const std::string &stream)
{
    return all(
        tx.query("SELECT id, stream, address_sealed, created_at FROM push_targets WHERE stream = ? ORDER BY created_at, id LIMIT 1000",
                 {text(stream)}),
        targetOf);
}

Result<std::vector<PushTargetRow>> listAllPushTargets(Transaction &tx)
{
    return all(tx.query("SELECT id, stream, address_sealed, created_at FROM push_targets ORDER BY id LIMIT 10000"), targetOf);
}

Result<bool> deletePushTarget(Transaction &tx, const std::string &stream, const std::string &id)
{
    return touched(tx.execute("DELETE FROM push_targets WHERE stream = ? AND id = ?", {text(stream), text(id)}));
}

} // namespace matinee::store
