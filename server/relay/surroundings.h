// What every pull and push needs of the server, given once. Owned by Relays; outlives them all.
#pragma once

#include "live/registry.h"
#include "observe/metrics.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace matinee::relay {

struct Surroundings
{
    live::Registry &registry;
    std::function<std::vector<std::string>()> allowedNetworks; ///< relay.allow_addresses, as it is now. Any thread.
    std::function<std::chrono::seconds()> idleTime;            ///< relay.idle_seconds. Any thread.
    std::size_t maxProcesses = 64;                             ///< relay.max_processes
    std::string program = "/proc/self/exe";
    observe::Counter failures;
    std::atomic<std::size_t> processes{0};
    std::atomic<std::size_t> active{0}; ///< Pulls and pushes whose coroutines run.
};

/// One more process, as long as it lives.
class ProcessSlot
{
public:
    explicit ProcessSlot(Surroundings &around) : m_around(around), m_granted(around.processes.fetch_add(1) < around.maxProcesses) {}
    ~ProcessSlot() { m_around.processes.fetch_sub(1); }
    ProcessSlot(const ProcessSlot &) = delete;
    ProcessSlot &operator=(const ProcessSlot &) = delete;
    [[nodiscard]] bool granted() const { return m_granted; }
    [[nodiscard]] std::string refusal() const
    {
        return "This server has its limit of " + std::to_string(m_around.maxProcesses) + " relay processes (relay.max_processes).";
    }

private:
    Surroundings &m_around;
    const bool m_granted;
};

} // namespace matinee::relay
