// How the server does: each part's state in one word and one sentence, and the figures of the process. Owned by app; any thread.
#pragma once

#include "live/registry.h"
#include "net/connection_limits.h"
#include "observe/metrics.h"
#include "store/store.h"

#include "matinee/v1/server.pb.h"

#include <atomic>
#include <chrono>
#include <memory>

namespace matinee::app {

class Health
{
public:
    Health(store::Store &store, live::Registry &registry, std::shared_ptr<net::ConnectionLimits> connections, observe::Metrics &metrics);

    [[nodiscard]] v1::Health report() const;
    /// Takes work: started, not draining, database there.
    [[nodiscard]] bool ready() const;
    void setStarted() { m_started = true; }
    void setDraining() { m_draining = true; }
    [[nodiscard]] bool draining() const { return m_draining; }

private:
    store::Store &m_store;
    live::Registry &m_registry;
    const std::shared_ptr<net::ConnectionLimits> m_connections;
    const std::chrono::steady_clock::time_point m_begin = std::chrono::steady_clock::now();
    std::atomic<bool> m_started{false};
    std::atomic<bool> m_draining{false};
};

[[nodiscard]] double residentBytes();

} // namespace matinee::app
