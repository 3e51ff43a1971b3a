// Which streams are being segmented: one egress a name, started by the first viewer, gone a while after the last. Owned by app through
// the routes; any thread. Remembers for each name how far its sequence numbers have come.
#pragma once

#include "hls/shelf.h"
#include "live/registry.h"
#include "observe/metrics.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace matinee::hls {

struct Options
{
    SegmenterLimits segmenter;
    std::chrono::seconds idle{30};                 ///< Without a request for so long a stream is not segmented any more.
    std::chrono::seconds absence{15};              ///< So long a publisher may be away and find its playlist again.
    std::chrono::milliseconds firstWait{8000};     ///< How long the first viewer waits for the first segment.
    std::size_t storeBytes = std::size_t{1} << 30; ///< All segments in memory.
};

class Directory : public std::enable_shared_from_this<Directory>
{
public:
    using WallClock = std::function<WallTime()>;

    Directory(live::Registry &registry, Options options, observe::Metrics *metrics, WallClock clock);

    /// The shelf of a live stream; starts its egress on the calling worker where there is none. Null where nobody publishes, and then
    /// nothing has been allocated.
    [[nodiscard]] std::shared_ptr<Shelf> open(const std::string &name);
    /// Only what there is.
    [[nodiscard]] std::shared_ptr<Shelf> find(const std::string &name) const;
    /// Ends every egress within half a second; nothing is opened afterwards. The workers may stop when openCount() is 0.
    void drain() { m_draining = true; }
    [[nodiscard]] std::size_t openCount() const;

    // egress
    [[nodiscard]] bool isDraining() const { return m_draining; }
    /// True, and the shelf is out of the directory, where nobody has asked since `since`.
    [[nodiscard]] bool retire(const std::string &name, const std::shared_ptr<Shelf> &shelf, SteadyTime since, Sequences next);

    [[nodiscard]] live::Registry &registry() { return m_registry; }
    [[nodiscard]] SegmentStore &store() { return m_store; }
    [[nodiscard]] std::size_t storedBytes() const { return m_store.bytes(); }
    [[nodiscard]] const Options &options() const { return m_options; }
    [[nodiscard]] WallTime wallNow() const { return m_clock(); }
    [[nodiscard]] observe::Counter &segmentsMade() { return m_segmentsMade; }

    /// Where numbers of a name begin that is not remembered: two a second since 2025, so that a restart never goes back. Fits into 31 bits
    /// until 2059, which some players need.
    [[nodiscard]] static Sequences startAt(WallTime now);

private:
    static constexpr std::size_t kMaxRemembered = 4096; // beyond this names are forgotten, which the clock makes harmless

    [[nodiscard]] Sequences nextStart(const std::string &name) const;

    // fixed at construction
    live::Registry &m_registry;
    const Options m_options;
    const WallClock m_clock;
    MemoryStore m_store;
    observe::Counter m_segmentsMade;

    std::atomic<bool> m_draining{false};
    mutable std::mutex m_mutex; // guards all below
    std::unordered_map<std::string, std::shared_ptr<Shelf>> m_shelves;
    std::unordered_map<std::string, Sequences> m_next;
};

} // namespace matinee::hls
