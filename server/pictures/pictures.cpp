#include "pictures/pictures.h"

namespace matinee::pictures {

Pictures::Pictures(net::WorkerPool &workers, live::Registry &registry, record::Archive &archive, PictureOptions options,
                   observe::Metrics *metrics, std::shared_ptr<Illustrator> illustrator)
    : m_enabled(options.enabled), m_window(options.live.window.count() > 0)
{
    if (!illustrator) {
        auto &worker = workers.at(workers.size() - 1);
        illustrator = m_workshop = std::make_shared<Workshop>(worker, options.workshop, metrics);
        auto own = options.workshop;
        own.idle = std::chrono::milliseconds(0);
        own.isAwaited = true;
        m_uploads = m_portraits = std::make_shared<Workshop>(worker, own, metrics);
    } else {
        m_uploads = illustrator;
    }
    m_posters = std::make_shared<PosterDesk>(registry, illustrator, options.posters);
    m_live = std::make_shared<LivePreviews>(registry, workers, illustrator, options.live);
    m_recorded = std::make_shared<RecordedPreviews>(archive, workers, std::move(illustrator), options.recorded);
    if (!metrics)
        return;
    auto queue = metrics->gauge("matinee_pictures_queue", "Orders for pictures that wait or are worked on.");
    auto bytes = metrics->gauge("matinee_pictures_preview_bytes", "Bytes of thumbnails of live streams in memory.");
    metrics->onScrape(
        [queue, bytes, shop = std::weak_ptr(m_workshop), other = std::weak_ptr(m_portraits), live = std::weak_ptr(m_live)]() mutable {
            const auto waiting = [](const std::weak_ptr<Workshop> &of) {
                const auto own = of.lock();
                return own ? static_cast<double>(own->waiting()) : 0;
            };
            queue.set(waiting(shop) + waiting(other));
            if (const auto own = live.lock())
                bytes.set(static_cast<double>(own->bytes()));
        });
}

Pictures::~Pictures() = default;

void Pictures::streamChanged(const std::string &name, bool live)
{
    if (m_enabled)
        m_live->streamChanged(name, live);
}

void Pictures::drain()
{
    m_live->drain();
    m_recorded->drain();
    for (const auto &shop : {m_workshop, m_portraits})
        if (shop)
            shop->drain();
}

bool Pictures::isIdle() const
{
    const bool quiet = m_live->active() == 0 && m_recorded->isIdle() && m_posters->making() == 0;
    return quiet && (!m_workshop || m_workshop->isIdle()) && (!m_portraits || m_portraits->isIdle());
}

} // namespace matinee::pictures
