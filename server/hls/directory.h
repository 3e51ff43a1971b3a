// Which streams are being segmented: one egress a name, started by the first viewer, gone a while after the last; with a window to go
// back in, as long as the stream is live. Owned by app through the routes; any thread.
#pragma once

#include "hls/lead.h"
#include "hls/sequence_book.h"
#include "hls/shelf.h"
#include "live/registry.h"
#include "observe/metrics.h"

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace matinee::hls {

enum class Backend
{
    Memory,
    File,
};

struct Options
{
    SegmenterLimits segmenter;
    std::chrono::seconds idle{30};                 ///< Without a request for so long a stream is not segmented any more.
    std::chrono::seconds absence{15};              ///< So long a publisher may be away and find its playlist again.
    std::chrono::milliseconds firstWait{8000};     ///< How long the first viewer waits for the first segment.
    std::size_t storeBytes = std::size_t{1} << 30; ///< livestream.hls_memory_megabytes: all segments in memory.
    Backend backend = Backend::Memory;             ///< livestream.hls_storage_backend
    std::filesystem::path folder;                  ///< Ours alone, below the data folder. Empty: nothing is kept, and no file backend.
};

/// A rendition of a stream that can be had, whether it is being made at present or not.
struct OfferedRendition
{
    std::string name;  ///< "show@720p"
    StreamFacts facts; ///< Of its picture, as far as they can be known before; its sound is that of the stream.
};

class Directory : public std::enable_shared_from_this<Directory>
{
public:
    using WallClock = std::function<WallTime()>;
    struct Renditions
    {
        std::function<std::vector<std::string>(const std::string &name)> names;        ///< All that there ever are. Quick.
        std::function<std::vector<OfferedRendition>(const std::string &name)> offered; ///< That can be had now, best first.
    };

    Directory(live::Registry &registry, Options options, observe::Metrics *metrics, WallClock clock);
    ~Directory();

    /// The shelf of a live stream; starts its egress on the calling worker where there is none. Null where nobody publishes, and then
    /// nothing has been allocated.
    [[nodiscard]] std::shared_ptr<Shelf> open(const std::string &name, Form form);
    /// Only what there is.
    [[nodiscard]] std::shared_ptr<Shelf> find(const std::string &name) const;
    /// Ends every egress within half a second; nothing is opened afterwards. The workers may stop when openCount() is 0.
    void drain() { m_draining = true; }
    [[nodiscard]] std::size_t openCount() const;

    /// Set before the start.
    void setRenditions(Renditions renditions) { m_renditions = std::move(renditions); }
    [[nodiscard]] std::vector<OfferedRendition> renditionsOf(const std::string &name) const;
    /// How far the other renditions of the same stream have come, for their players' next request.
    [[nodiscard]] std::vector<RenditionReport> reportsFor(const std::string &name) const;

    // egress
    /// What the segmenter of the stream did at `time` of which `name` is a rendition.
    [[nodiscard]] Lead leadAt(const std::string &name, media::MediaTime time, WallTime broadcast) const;
    [[nodiscard]] Sequences known(const std::string &name) const;
    [[nodiscard]] bool isDraining() const { return m_draining; }
    /// Segmented also while nobody looks, so that there is something to go back to.
    [[nodiscard]] bool isKept() const { return m_options.segmenter.window.count() > 0; }
    /// True, and the shelf is out of the directory, where nobody has asked since `since`.
    [[nodiscard]] bool retire(const std::string &name, const std::shared_ptr<Shelf> &shelf, SteadyTime since, Sequences next,
                              std::optional<WallTime> ended);
    /// The segmenter of `name` has come so far, to a segment that ended at `ended`.
    void note(const std::string &name, Sequences next, std::optional<WallTime> ended);
    /// When the last segment of `name` ended before a restart, where a player may still wait for the next one.
    [[nodiscard]] std::optional<WallTime> endedLately(const std::string &name) const;

    [[nodiscard]] live::Registry &registry() { return m_registry; }
    [[nodiscard]] SegmentStore &store() { return *m_store; }
    [[nodiscard]] std::size_t storedBytes() const { return m_store->bytes(); }
    [[nodiscard]] const Options &options() const { return m_options; }
    [[nodiscard]] WallTime wallNow() const { return m_clock(); }
    [[nodiscard]] observe::Counter &segmentsMade() { return m_segmentsMade; }

private:
    [[nodiscard]] std::vector<std::pair<std::string, std::shared_ptr<Shelf>>> siblingsOf(const std::string &name) const;
    void save(); // under m_mutex

    // fixed at construction
    live::Registry &m_registry;
    const Options m_options;
    const WallClock m_clock;
    std::unique_ptr<SegmentStore> m_store;
    observe::Counter m_segmentsMade;
    Renditions m_renditions;

    std::atomic<bool> m_draining{false};
    mutable std::mutex m_mutex; // guards all below
    std::unordered_map<std::string, std::shared_ptr<Shelf>> m_shelves;
    SequenceBook m_book;
    bool m_saving = false; // a write of the book is on its way; it takes what the book holds then

    asio::thread_pool m_disk{1}; // last: ends first
};

} // namespace matinee::hls
