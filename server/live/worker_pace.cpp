#include "live/worker_pace.h"

#include <mutex>
#include <string>
#include <utility>

namespace matinee::live {

std::chrono::milliseconds WorkerPace::merge(Instant now)
{
    if (m_meter.isDue(now, MergeWindow::kReadEvery)) {
        // A reading over a long time says nothing about now: nobody was served in it.
        const bool recent = m_meter.isRecent(now, 4 * MergeWindow::kReadEvery);
        const double busy = m_meter.read(now, m_worker.times());
        if (recent)
            m_window.update(busy);
        m_shown.store(m_window.value().count(), std::memory_order_relaxed);
    }
    return m_window.value();
}

WorkerPaces::WorkerPaces(net::WorkerPool &workers, std::chrono::milliseconds longest, observe::Metrics *metrics)
{
    struct Shown
    {
        net::Worker &worker;
        std::shared_ptr<WorkerPace> pace;
        observe::Gauge merge;
        observe::Gauge busy;
        net::BusyMeter meter;
    };
    auto shown = std::make_shared<std::vector<Shown>>();
    for (std::size_t i = 0; i < workers.size(); ++i) {
        m_paces.push_back(std::make_shared<WorkerPace>(workers.at(i), longest));
        if (!metrics)
            continue;
        const observe::Labels labels{{"worker", std::to_string(i)}};
        shown->push_back(
            {workers.at(i),
             m_paces.back(),
             metrics->gauge("matinee_live_merge_seconds",
                            "Time between two deliveries to viewers; 0 while each picture goes out as it comes.", labels),
             metrics->gauge("matinee_worker_busy_ratio", "Share of the time in which the worker had work, since the last look.", labels),
             {}});
    }
    if (!metrics)
        return;
    metrics->onScrape([shown, mutex = std::make_shared<std::mutex>()] {
        const std::lock_guard lock(*mutex); // several may scrape
        const auto now = std::chrono::steady_clock::now();
        for (auto &one : *shown) {
            one.merge.set(std::chrono::duration<double>(one.pace->shown()).count());
            if (one.meter.isDue(now, std::chrono::milliseconds(200)))
                one.busy.set(one.meter.read(now, one.worker.times()));
        }
    });
}

} // namespace matinee::live
