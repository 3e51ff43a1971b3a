#include "hls/directory.h"

#include "hls/egress.h"

#include <algorithm>

namespace matinee::hls {

namespace {

using namespace std::chrono_literals;

constexpr auto kEpoch = std::chrono::sys_days(std::chrono::year(2025) / 1 / 1);
constexpr auto kPerSequence = 500ms; // segments are longer than this on average
constexpr auto kPerBreak = 1h;       // and a publisher returns less often than this; players keep an array of these numbers, so they stay small

} // namespace

Directory::Directory(live::Registry &registry, Options options, observe::Metrics *metrics, WallClock clock)
    : m_registry(registry), m_options(options), m_clock(std::move(clock)), m_store(options.storeBytes)
{
    if (metrics)
        m_segmentsMade = metrics->counter("matinee_hls_segments_total", "HLS segments made.");
}

Sequences Directory::startAt(WallTime now)
{
    if (now <= kEpoch)
        return {0, 0};
    return {static_cast<std::uint64_t>((now - kEpoch) / kPerSequence), static_cast<std::uint64_t>((now - kEpoch) / kPerBreak)};
}

Sequences Directory::nextStart(const std::string &name) const
{
    auto start = startAt(m_clock());
    if (const auto known = m_next.find(name); known != m_next.end()) {
        start.media = std::max(start.media, known->second.media);
        start.discontinuity = std::max(start.discontinuity, known->second.discontinuity);
    }
    return start;
}

std::shared_ptr<Shelf> Directory::find(const std::string &name) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_shelves.find(name);
    return found == m_shelves.end() ? nullptr : found->second;
}

std::shared_ptr<Shelf> Directory::open(const std::string &name)
{
    auto &worker = *net::Worker::current();
    const auto now = std::chrono::steady_clock::now();
    std::shared_ptr<Shelf> shelf;
    Sequences start;
    {
        const std::lock_guard lock(m_mutex);
        if (const auto found = m_shelves.find(name); found != m_shelves.end()) {
            found->second->touch(now); // under the lock, so that retire() sees it
            return found->second;
        }
        if (m_draining || !m_registry.isLive(name))
            return nullptr;
        shelf = std::make_shared<Shelf>(now);
        m_shelves.emplace(name, shelf);
        start = nextStart(name);
    }
    worker.spawn("hls egress", Egress::run(shared_from_this(), name, shelf, start));
    return shelf;
}

std::size_t Directory::openCount() const
{
    const std::lock_guard lock(m_mutex);
    return m_shelves.size();
}

bool Directory::retire(const std::string &name, const std::shared_ptr<Shelf> &shelf, SteadyTime since, Sequences next)
{
    const std::lock_guard lock(m_mutex);
    if (shelf->lastAsked() > since)
        return false;
    if (const auto found = m_shelves.find(name); found != m_shelves.end() && found->second == shelf)
        m_shelves.erase(found);
    if (m_next.size() >= kMaxRemembered)
        m_next.clear();
    auto &remembered = m_next[name];
    remembered.media = std::max(remembered.media, next.media);
    remembered.discontinuity = std::max(remembered.discontinuity, next.discontinuity);
    return true;
}

} // namespace matinee::hls
