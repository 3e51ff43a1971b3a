// Tickets that open one WebSocket each, for who cannot send a header with the handshake: good once, for 30 seconds, and bound to the
// session or guest that asked. In the memory of this process. Owned by app; any thread.
#pragma once

#include "accounts/guests.h"
#include "accounts/pending.h"

#include <mutex>
#include <optional>
#include <string>

namespace matinee::accounts {

class SocketTickets
{
public:
    using Time = std::chrono::system_clock::time_point;
    static constexpr std::chrono::seconds kLifetime{30};
    static constexpr std::size_t kMost = 20'000; ///< Beyond it the oldest is good no more.

    /// Whose it is: a session, or a guest.
    struct Holder
    {
        std::string userId;
        std::string sessionId;
        std::optional<Guest> guest{};
    };
    /// The ticket, 26 characters. A secret: never logged.
    std::string make(Holder holder, Time now);
    /// Nothing for one that is unknown, was used, or is too old.
    std::optional<Holder> take(const std::string &ticket, Time now);

private:
    std::mutex m_mutex;
    Pending<Holder> m_pending{kMost, kLifetime}; // guarded by m_mutex
};

} // namespace matinee::accounts
