#include "app/health.h"

#include "common/protocol/version.h"

#include <fstream>
#include <unistd.h>

namespace matinee::app {

namespace {

void add(v1::Health &health, const char *name, bool good, const std::string &detail)
{
    auto &check = *health.add_checks();
    check.set_name(name);
    check.set_status(good ? "ok" : "failing");
    check.set_detail(detail);
}

std::size_t viewersOf(const live::Statistics &statistics)
{
    std::size_t total = 0;
    for (const auto &[protocol, count] : statistics.viewers)
        total += count;
    return total;
}

} // namespace

double residentBytes()
{
    std::ifstream statm("/proc/self/statm");
    double total = 0, resident = 0;
    statm >> total >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

Health::Health(store::Store &store, live::Registry &registry, std::shared_ptr<net::ConnectionLimits> connections, observe::Metrics &metrics)
    : m_store(store)
    , m_registry(registry)
    , m_connections(std::move(connections))
{
    auto resident = metrics.gauge("matinee_process_resident_memory_bytes", "Memory that the process occupies");
    auto streams = metrics.gauge("matinee_live_streams", "Streams that are live");
    auto jumps = metrics.gauge("matinee_live_viewer_jumps", "Times that slow viewers of the streams now live were moved to a newer key frame");
    auto bitrate = metrics.gauge("matinee_live_ingest_bytes_per_second", "What all publishers send together, over the last seconds");
    metrics.gauge("matinee_build_info", "Always 1; the version is in the label", {{"version", std::string(kVersion)}}).set(1);
    std::map<std::string, observe::Gauge> viewers;
    for (const char *protocol : {"rtmp", "flv", "flv_websocket", "hls"})
        viewers.emplace(protocol, metrics.gauge("matinee_live_viewers", "Viewers of all streams, by protocol", {{"protocol", protocol}}));
    metrics.onScrape([this, resident, streams, jumps, bitrate, viewers]() mutable {
        resident.set(residentBytes());
        std::map<std::string, double> counts;
        double jumped = 0, bytes = 0;
        const auto list = m_registry.list();
        std::size_t own = 0;
        for (const auto &stream : list) {
            if (live::isRendition(stream.name))
                continue; // counted with its stream
            ++own;
            jumped += static_cast<double>(stream.statistics.jumps);
            bytes += stream.statistics.bitrateKbps * 125.0;
            for (const auto &[protocol, count] : stream.statistics.viewers)
                counts[protocol] += count;
        }
        streams.set(static_cast<double>(own));
        jumps.set(jumped);
        bitrate.set(bytes);
        for (auto &[protocol, gauge] : viewers)
            gauge.set(counts[protocol]);
    });
}

bool Health::ready() const { return m_started && !m_draining && m_store.healthy(); }

v1::Health Health::report() const
{
    v1::Health health;
    const bool database = m_store.healthy();
    health.set_status(m_draining ? "failing" : database ? "ok" : "degraded");
    health.set_version(std::string(kVersion));
    health.set_uptime_seconds(std::chrono::duration<double>(std::chrono::steady_clock::now() - m_begin).count());
    add(health, "database", database, database ? "answers" : "is away; streams go on, changes are refused until it is back");
    add(health, "server", m_started && !m_draining, m_draining ? "is shutting down" : m_started ? "takes connections" : "is starting");
    health.set_resident_bytes(residentBytes());
    health.set_connections(static_cast<std::uint32_t>(m_connections->active()));
    std::size_t viewers = 0;
    const auto list = m_registry.list();
    for (const auto &stream : list)
        viewers += live::isRendition(stream.name) ? 0 : viewersOf(stream.statistics);
    health.set_live_streams(static_cast<std::uint32_t>(m_registry.liveCount()));
    health.set_viewers(static_cast<std::uint32_t>(viewers));
    return health;
}

} // namespace matinee::app
