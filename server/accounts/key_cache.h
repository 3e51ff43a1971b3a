// What was lately found out about presented API keys, by the hash of the key. A value: `now` is passed in, the owner guards it.
// Good answers count for 30 s, bad ones for 10 s. A good one stays usable for an hour while the database is away.
#pragma once

#include "accounts/api_key_format.h"
#include "accounts/bounded_map.h"

#include "common/protocol/caller.h"

namespace matinee::accounts {

struct VerifiedKey
{
    std::string id;
    PermissionSet permissions = kPublicOnly;
    std::string ownerId{}; ///< "" for a key of the server's own.
    std::string ownerName{};
};

class KeyCache
{
public:
    static constexpr std::size_t kMostGood = 4096;
    static constexpr std::size_t kMostBad = 8192;
    static constexpr std::chrono::seconds kGoodFor{30};
    static constexpr std::chrono::seconds kBadFor{10};
    static constexpr std::chrono::seconds kAwayFor{3600};
    static constexpr std::chrono::seconds kTouchEvery{60};

    enum class Answer
    {
        Unknown,
        Good,
        OldButGood,
        Bad
    };
    struct Found
    {
        Answer answer = Answer::Unknown;
        VerifiedKey key;    ///< Good, OldButGood.
        Error error;        ///< Bad.
        bool touch = false; ///< Good, OldButGood: time to write down that it was used. Said once a minute.
    };
    [[nodiscard]] Found find(const std::string &hash, SystemTime now);

    /// Moves with every drop. What was read from the database before a drop must not be remembered after it.
    [[nodiscard]] std::uint64_t generation() const { return m_generation; }
    void rememberGood(const std::string &hash, VerifiedKey key, std::optional<SystemTime> expiresAt, SystemTime now,
                      std::uint64_t generation);
    void rememberBad(const std::string &hash, Error error, SystemTime now, std::uint64_t generation);
    void drop(const std::string &id);           ///< Revoked.
    void dropOwner(const std::string &ownerId); ///< What they may has changed: of their keys the good ones, and of all the bad ones.
    /// Something may have changed, and it is not known for whom: good ones count while the database is away, and else it is asked again.
    void doubtAll();
    /// A good answer is remembered for it, and it is this one.
    [[nodiscard]] bool holds(const VerifiedKey &key) const;

private:
    struct Good
    {
        VerifiedKey key;
        std::optional<SystemTime> expiresAt;
        SystemTime checkedAt;
        SystemTime touchedAt;
        bool isDoubtful = false;
    };
    struct Bad
    {
        Error error;
        SystemTime checkedAt;
    };

    BoundedMap<Good> m_good{kMostGood};
    BoundedMap<Bad> m_bad{kMostBad};
    std::uint64_t m_generation = 0;
};

} // namespace matinee::accounts
