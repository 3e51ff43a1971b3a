#include "pictures/pictures.h"

namespace matinee::pictures {

Pictures::Pictures(net::WorkerPool &workers, live::Registry &registry, record::Archive &archive, PictureOptions options,
                   observe::Metrics *metrics, std::shared_ptr<Illustrator> illustrator)
    : m_enabled(options.enabled), m_window(options.live.window.count() > 0)
{
    if (!illustrator)
        illustrator = m_workshop = std::make_shared<Workshop>(workers.at(workers.size() - 1), options.workshop, metrics);
    m_posters = std::make_shared<PosterDesk>(registry, illustrator, options.posters);
    m_live = std::make_shared<LivePreviews>(registry, workers, illustrator, options.live);
    m_recorded = std::make_shared<RecordedPreviews>(archive, workers, std::move(illustrator), options.recorded);
    if (!metrics)
        return;
    auto queue = metrics->gauge("matinee_pictures_queue", "Orders for pictures that wait or are worked on.");
    auto bytes = metrics->gauge("matinee_pictures_preview_bytes", "Bytes of thumbnails of live streams in memory.");
    metrics->onScrape([queue, bytes, shop = std::weak_ptr(m_workshop), live = std::weak_ptr(m_live)]() mutable {
        if (const auto own = shop.lock())
            queue.set(static_cast<double>(own->waiting()));
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
    if (m_workshop)
        m_workshop->drain();
}

bool Pictures::isIdle() const
{
    const bool quiet = m_live->active() == 0 && m_recorded->isIdle() && m_posters->making() == 0;
    return quiet && (!m_workshop || m_workshop->isIdle());
}

} // namespace matinee::pictures
