// Which API keys connect from where, for the audit log: one entry for each key, address and hour. Owned by CallerAuthenticator; any thread.
#pragma once

#include "accounts/bounded_map.h"
#include "store/store.h"

#include "common/protocol/caller.h"

#include <chrono>
#include <mutex>

namespace matinee::app {

class KeyConnections
{
public:
    static constexpr std::size_t kMostRemembered = 10'000; ///< Beyond it the longest unused are told again.

    explicit KeyConnections(store::Store &store) : m_store(store) {}

    /// `caller` has shown a good key. Written behind its back: nobody waits for it.
    void note(const Caller &caller, std::chrono::system_clock::time_point now);

private:
    bool isNew(const std::string &who, std::int64_t hour);

    store::Store &m_store;
    std::mutex m_mutex;
    accounts::BoundedMap<std::int64_t> m_hours{kMostRemembered}; // guarded by m_mutex
};

} // namespace matinee::app
