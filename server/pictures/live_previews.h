// Thumbnails of the time that viewers can go back to in live streams: one every few seconds of each stream that is live, while there is a
// DVR window; shown as a WebVTT track over sheets that are drawn when somebody asks. Owned by Pictures; any worker.
#pragma once

#include "live/registry.h"
#include "pictures/illustrator.h"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace matinee::pictures {

/// Five seconds, or a two hundredth of the whole where that is more.
[[nodiscard]] MediaTime thumbnailInterval(MediaTime whole);

inline constexpr std::uint16_t kThumbnailSide = 160; ///< Thumbnails fit into a square of this.
inline constexpr std::uint8_t kThumbnailQuality = 60;

struct LivePreviewOptions
{
    std::chrono::seconds window{0};             ///< livestream.dvr_window_seconds; 0: there are no previews.
    std::chrono::milliseconds interval{0};      ///< Between thumbnails; 0: thumbnailInterval(window).
    std::chrono::milliseconds patience{12000};  ///< For the first key frame of a stream.
    std::size_t bytes = std::size_t{256} << 20; ///< Of all streams together; beyond it the oldest thumbnails go first.
};

class LivePreviews : public std::enable_shared_from_this<LivePreviews>
{
public:
    LivePreviews(live::Registry &registry, net::WorkerPool &workers, std::shared_ptr<Illustrator> illustrator, LivePreviewOptions options);

    /// From Registry::onChange.
    void streamChanged(const std::string &name, bool live);
    void drain();
    [[nodiscard]] std::size_t active() const { return m_active; }
    [[nodiscard]] std::size_t bytes() const { return m_bytes; }

    /// WebVTT; `query` goes behind each address in it, with its '?', or is empty. NotFound where there is no preview.
    Task<Result<std::string>> track(std::string name, std::string query);
    /// "run-number-tiles" as the track gave it. May have more tiles than were asked for: those before stand where they stood.
    Task<Result<SharedText>> sheet(std::string name, std::string address);

private:
    /// One stream from its beginning to its end.
    struct Reel
    {
        Reel(net::Worker &home, std::string id, MediaTime window, MediaTime interval)
            : worker(home), pause(home.context()), run(std::move(id)), strip(window, interval)
        {
        }
        net::Worker &worker;
        asio::steady_timer pause; // its worker
        const std::string run;
        std::atomic<bool> over{false};
        FilmStrip strip;      // under m_mutex
        bool drawing = false; // a sheet, under m_mutex
    };
    using ReelPtr = std::shared_ptr<Reel>;

    static Task<void> follow(std::shared_ptr<LivePreviews> self, std::string name, ReelPtr reel);
    void add(const ReelPtr &reel, MediaTime at, Picture picture);
    void account(std::size_t before, std::size_t after);
    void end(const ReelPtr &reel);
    [[nodiscard]] ReelPtr find(const std::string &name) const;

    // fixed at construction
    live::Registry &m_registry;
    net::WorkerPool &m_workers;
    const std::shared_ptr<Illustrator> m_illustrator;
    const LivePreviewOptions m_options;

    std::atomic<std::size_t> m_active{0};
    std::atomic<std::size_t> m_bytes{0};
    std::atomic<std::uint64_t> m_runs;
    mutable std::mutex m_mutex; // guards what follows, and the strips; once a thumbnail or request
    bool m_draining = false;
    std::map<std::string, ReelPtr> m_reels; // at most as many as streams are live
};

} // namespace matinee::pictures
