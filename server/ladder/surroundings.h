// What every rendition needs of the server, given once. Owned by Ladder; outlives them all.
#pragma once

#include "ladder/process.h"
#include "ladder/rungs.h"
#include "live/registry.h"
#include "observe/metrics.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace matinee::ladder {

struct Surroundings
{
    live::Registry &registry;
    StartProcess start;
    std::vector<Rung> rungs; ///< All there are, highest first.
    std::chrono::milliseconds idle{10000};                                         ///< After the last who holds on to it.
    std::function<std::chrono::milliseconds(std::chrono::milliseconds ran)> retry; ///< Empty: relay::BackOff.
    /// The system cannot make renditions of that stream, and why. Any worker.
    std::function<void(const std::string &stream, const std::string &reason)> unsupported;
    /// Failed too often; nobody is to start it for a while. Any worker.
    std::function<void(const std::string &rendition)> gaveUp;
    /// Its coroutine has come to its end. Any worker.
    std::function<void(const std::string &rendition, const void *which)> ended;
    observe::Counter restarts;
    observe::Counter dropped;
    std::atomic<std::size_t> processes{0};
    std::atomic<std::size_t> active{0}; ///< Renditions whose coroutines run.
};

} // namespace matinee::ladder
