// What this process knows of sessions without asking the database: which ones go on, whose they are, and which have ended. A value: `now`
// is passed in; the owner guards it. Bounded: what is forgotten is asked for again.
#pragma once

#include "accounts/bounded_map.h"
#include "accounts/roles.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace matinee::accounts {

struct KnownUser
{
    std::string id;
    std::string name;
    Role role = Role::User;
    bool mustAddFactor = false; ///< Person::mustAddFactor
};

class SessionCache
{
public:
    using Time = std::chrono::system_clock::time_point;
    static constexpr std::size_t kMost = 100'000; ///< Sessions that go on, people, and sessions that have ended: of each.
    /// An ended one is remembered until the last access token of it has expired.
    static constexpr std::chrono::seconds kEndedFor{900 + 60};

    explicit SessionCache(std::size_t most = kMost) : m_sessions(most), m_users(most), m_ended(most) {}

    enum class Answer
    {
        Unknown, ///< Ask the database.
        Good,
        Ended,
    };
    struct Found
    {
        Answer answer = Answer::Unknown;
        KnownUser user; ///< Good.
    };
    [[nodiscard]] Found find(const std::string &sessionId, const std::string &userId, Time now);

    /// Moves with every `end`, `dropUser` and `dropAll`: what was read from the database before one must not be remembered after it.
    [[nodiscard]] std::uint64_t changes() const { return m_changes; }
    void remember(const std::string &sessionId, KnownUser user, std::uint64_t changesAtRead);

    void end(const std::string &sessionId, Time now);
    [[nodiscard]] bool hasEnded(const std::string &sessionId, Time now);
    void dropUser(const std::string &userId); ///< What is known of them was true.
    void dropAll();                           ///< Of those that go on.

private:
    BoundedMap<std::string> m_sessions; // user id
    BoundedMap<KnownUser> m_users;
    BoundedMap<Time> m_ended; // when
    std::uint64_t m_changes = 0;
};

} // namespace matinee::accounts
