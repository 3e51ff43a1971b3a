// What the owner of an account is told by letter: that somebody signed in from where they never did, that a way in was added or removed,
// that a sign-in was copied. Owned by app; any thread. Nobody waits for it: it is done on the thread of the database, after what it tells
// of was committed. An account without a confirmed address gets none.
#pragma once

#include "accounts/letters.h"
#include "store/sessions.h"
#include "store/users.h"

namespace matinee::accounts {

class SecurityLetters
{
public:
    using Time = std::chrono::system_clock::time_point;
    static constexpr std::chrono::days kKnownFor{90};
    static constexpr int kMostDevices = 50; ///< Of one account.

    /// Both must outlive it.
    SecurityLetters(store::Store &store, const Letters &letters) : m_store(store), m_letters(letters) {}

    /// To the primary address, and to `alsoTo`: where the change took that place away.
    void changed(std::string userId, mail::Change change, std::string detail, Letters::Place place, Time now,
                 std::vector<std::string> alsoTo = {});
    /// A session that is about to be committed. A letter where the account was not signed in from such a device and network within
    /// kKnownFor, unless its owner wants none.
    void signedIn(const store::UserRow &user, const store::SessionRow &session, Time now);
    /// A refresh token of that session was used a second time, by somebody at `address`.
    void stolen(const store::SessionRow &session, std::string address, Time now);

    /// Forgets devices and requests that were long ago.
    Task<Result<int>> sweep(Time now);

private:
    store::Store &m_store;
    const Letters &m_letters;
};

/// What a device is known by: its label and its network (IPv4: 24 bits, IPv6: 48 bits). A hash; the same device of two accounts has two.
[[nodiscard]] std::string deviceHash(const std::string &userId, const std::string &device, const std::string &address);

} // namespace matinee::accounts
