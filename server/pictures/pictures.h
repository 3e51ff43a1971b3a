// Pictures of streams and recordings: posters, thumbnails of what can be gone back to, previews of recordings. The one object of this
// folder that app makes; any thread.
#pragma once

#include "pictures/live_previews.h"
#include "pictures/poster_desk.h"
#include "pictures/recorded_previews.h"
#include "pictures/workshop.h"

#include <memory>
#include <string>

namespace matinee::pictures {

struct PictureOptions
{
    bool enabled = true; ///< livestream.posters
    WorkshopOptions workshop{};
    PosterOptions posters{};
    LivePreviewOptions live{}; ///< window: livestream.dvr_window_seconds
    RecordedPreviewOptions recorded{};
};

class Pictures
{
public:
    /// `illustrator`: in place of the process, for tests.
    Pictures(net::WorkerPool &workers, live::Registry &registry, record::Archive &archive, PictureOptions options,
             observe::Metrics *metrics, std::shared_ptr<Illustrator> illustrator = nullptr);
    ~Pictures();
    Pictures(const Pictures &) = delete;
    Pictures &operator=(const Pictures &) = delete;

    [[nodiscard]] bool isEnabled() const { return m_enabled; }
    [[nodiscard]] bool hasLivePreviews() const { return m_enabled && m_window; }
    /// From Registry::onChange.
    void streamChanged(const std::string &name, bool live);
    /// A stream of this name was made, deleted, stopped or got another key: what was seen of it before is not shown again.
    void forget(const std::string &name) { m_posters->forget(name); }
    /// Nothing new; `isIdle` says when what was under way has ended. While the workers run.
    void drain();
    [[nodiscard]] bool isIdle() const;

    /// The one that draws; 0 where none runs.
    [[nodiscard]] pid_t process() const { return m_workshop ? m_workshop->process() : 0; }
    /// Who makes pictures of what people upload, whether or not this is enabled. A process of its own: what a hostile file makes of it sees
    /// no picture of a stream, and ends with the last order.
    [[nodiscard]] Illustrator &uploads() { return *m_uploads; }
    [[nodiscard]] PosterDesk &posters() { return *m_posters; }
    [[nodiscard]] LivePreviews &live() { return *m_live; }
    [[nodiscard]] RecordedPreviews &recorded() { return *m_recorded; }

private:
    const bool m_enabled;
    const bool m_window;
    std::shared_ptr<Workshop> m_workshop;  // null where tests gave their own
    std::shared_ptr<Workshop> m_portraits; // nor here
    std::shared_ptr<Illustrator> m_uploads;
    std::shared_ptr<PosterDesk> m_posters;
    std::shared_ptr<LivePreviews> m_live;
    std::shared_ptr<RecordedPreviews> m_recorded;
};

} // namespace matinee::pictures
