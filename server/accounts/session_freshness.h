// For how long after somebody has proved who they are a session may do what is dangerous, and whether it still may. Any thread.
#pragma once

#include "store/sessions.h"

namespace matinee::accounts {

inline constexpr std::chrono::seconds kFreshFor{600};

/// Within a transaction. A clock that was put back since makes nothing older.
[[nodiscard]] inline Result<bool> isSessionFresh(store::Transaction &tx, const std::string &userId, const std::string &sessionId,
                                                 std::chrono::system_clock::time_point now)
{
    const auto provedAt = store::sessionProvedAt(tx, sessionId, userId);
    if (!provedAt)
        return provedAt.error();
    return *provedAt && now - **provedAt < kFreshFor;
}

} // namespace matinee::accounts
