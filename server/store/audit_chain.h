// The chain of the audit log as values: the hash of an entry, and what is wrong with a run of them. Pure; any thread.
// hash = SHA-256 over the place, the time, each text with its length before it, and the hash of the entry before. There is no key: who can
// write the whole table can write another chain. Hence the anchor, "place:hash", which whoever distrusts the database keeps elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::store {

/// What the first entry has for the hash before it: 64 zeros.
inline constexpr std::string_view kNoHash = "0000000000000000000000000000000000000000000000000000000000000000";
inline constexpr std::string_view kCheckpointAction = "audit.checkpoint";

struct AuditEntry
{
    std::int64_t id = 0; ///< Its place in the chain: 1, 2, 3 ... Given where it is appended.
    std::chrono::system_clock::time_point at;
    std::string actor;  ///< Handle of the API key, "user NAME (ID)", "local" or "setup". Never a secret.
    std::string action; ///< The call: "streams.create".
    std::string target; ///< What it was done to: the stream's name.
    std::string detail;
    std::string address;
    std::string requestId;
    std::string before; ///< What was changed as it was, a JSON object; empty where there is nothing to tell. Never a secret.
    std::string after;  ///< And as it is.
    std::string previousHash;
    std::string hash; ///< 64 hexadecimal digits.
};

/// Over all fields but `hash`.
[[nodiscard]] std::string auditHash(const AuditEntry &entry);

/// A place of the chain and what stands there.
struct AuditAnchor
{
    std::int64_t place = 0;
    std::string hash;

    [[nodiscard]] std::string text() const; ///< "1234:9f86d0..."
    [[nodiscard]] static std::optional<AuditAnchor> parse(std::string_view text);
};

/// What an entry of kCheckpointAction says in `after`.
struct AuditCheckpoint
{
    std::int64_t through = 0;                     ///< Everything up to here was removed;
    std::string hash;                             ///< this was the hash there.
    std::int64_t removed = 0;                     ///< How many with this checkpoint.
    std::chrono::system_clock::time_point cutoff; ///< All of them were older.

    [[nodiscard]] std::string json() const;
    [[nodiscard]] static std::optional<AuditCheckpoint> parse(const std::string &json);
};

enum class AuditFault
{
    Missing,    ///< An entry is not where it belongs.
    Altered,    ///< Its content is not what its hash was made of.
    Unlinked,   ///< It does not follow the one before it.
    Cut,        ///< The end is not the one that was written last.
    Checkpoint, ///< The beginning was removed without a checkpoint that fits.
    Outside,    ///< There are entries that are not in the chain.
    Anchor,     ///< The entry of the anchor is another one, or is not there.
};
[[nodiscard]] std::string_view auditFaultName(AuditFault fault); ///< "missing"

struct AuditFinding
{
    AuditFault fault;
    std::int64_t place = 0; ///< The first that is wrong.
    std::string sentence;
};

/// Entries in the order of their places, one after the other.
class AuditWalk
{
public:
    /// Behind `from`: the last place that counts as verified, with its hash.
    explicit AuditWalk(AuditAnchor from) : m_at(std::move(from)) {}

    [[nodiscard]] std::optional<AuditFinding> step(const AuditEntry &entry);
    [[nodiscard]] const AuditAnchor &at() const { return m_at; }

private:
    AuditAnchor m_at;
};

struct AuditBeginning
{
    AuditAnchor at; ///< What the first entry follows.
    std::optional<AuditFinding> finding;
};
/// Where the chain begins when everything up to `removedThrough` was removed: what the checkpoint says that was written then. The
/// checkpoint itself is verified when the walk comes to it.
[[nodiscard]] AuditBeginning auditBeginning(std::int64_t removedThrough, const std::optional<AuditEntry> &checkpoint);

} // namespace matinee::store
