// How much each worker merges: reads how busy its thread is and keeps its MergeWindow. Shown on /metrics.
// WorkerPaces is owned by app and outlives the registry; a WorkerPace is used on its own worker.
#pragma once

#include "live/flush_pacer.h"
#include "net/worker.h"
#include "observe/metrics.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <vector>

namespace matinee::live {

class WorkerPace
{
public:
    WorkerPace(net::Worker &worker, std::chrono::milliseconds longest) : m_worker(worker), m_window(longest) {}

    /// Time between two flush rounds at present. Looks at the worker's load now and then; cheap otherwise.
    [[nodiscard]] std::chrono::milliseconds merge(Instant now);
    [[nodiscard]] std::chrono::milliseconds shown() const { return std::chrono::milliseconds(m_shown.load(std::memory_order_relaxed)); }

private:
    net::Worker &m_worker;
    net::BusyMeter m_meter;
    MergeWindow m_window;
    std::atomic<std::int64_t> m_shown{0}; // any thread
};

class WorkerPaces
{
public:
    /// `longest`: livestream.merge_ms. `metrics` may be null; otherwise it must not be scraped after `workers` is gone.
    WorkerPaces(net::WorkerPool &workers, std::chrono::milliseconds longest, observe::Metrics *metrics);
    [[nodiscard]] WorkerPace &at(std::size_t worker) { return *m_paces[worker]; }

private:
    std::vector<std::shared_ptr<WorkerPace>> m_paces;
};

} // namespace matinee::live
