#include "relay/relays.h"

namespace matinee::relay {

Relays::Relays(net::WorkerPool &workers, live::Registry &registry, RelayOptions options, observe::Metrics *metrics)
    : m_workers(workers),
      m_around{.registry = registry,
               .allowedNetworks =
                   [this] {
                       const std::lock_guard lock(m_optionsMutex);
                       return m_allowedNetworks;
                   },
               .idleTime =
                   [this] {
                       const std::lock_guard lock(m_optionsMutex);
                       return m_idleTime;
                   },
               .maxProcesses = options.maxProcesses,
               .program = std::move(options.program),
               .failures = observe::Counter()},
      m_allowedNetworks(std::move(options.allowedNetworks)),
      m_idleTime(options.idleTime)
{
    if (metrics) {
        m_around.failures = metrics->counter("matinee_relay_failures_total", "Tries to pull or push a stream that failed.");
        auto running = metrics->gauge("matinee_relay_processes", "Relay processes that run now.");
        metrics->onScrape([this, running]() mutable { running.set(static_cast<double>(processes())); });
    }
    registry.onWanted([this](const std::string &stream) { return bring(stream); });
    registry.onChange([this](const std::string &stream, bool) { look(stream); });
}

Relays::~Relays() = default;

void Relays::setOptions(const RelayOptions &options)
{
    const std::lock_guard lock(m_optionsMutex);
    m_allowedNetworks = options.allowedNetworks;
    m_idleTime = options.idleTime;
}

void Relays::start()
{
    const std::lock_guard lock(m_mutex);
    m_started = true;
    for (const auto &[stream, pull] : m_pulls)
        pull->start();
    for (const auto &[id, push] : m_pushes)
        push->start();
}

void Relays::drain()
{
    const std::lock_guard lock(m_mutex);
    m_draining = true;
    for (const auto &[stream, pull] : m_pulls)
        pull->stop();
    for (const auto &[id, push] : m_pushes)
        push->stop();
}

void Relays::setPull(const std::string &stream, StreamAddress address, PullMode mode)
{
    const std::lock_guard lock(m_mutex);
    std::shared_ptr<Pull> before;
    if (const auto found = m_pulls.find(stream); found != m_pulls.end()) {
        before = found->second;
        if (before->address().full() == address.full() && before->mode() == mode)
            return;
        before->stop();
    }
    const auto pull = std::make_shared<Pull>(m_workers.next(), m_around, stream, std::move(address), mode);
    pull->setPaused(before && before->paused());
    m_pulls[stream] = pull;
    if (m_started && !m_draining)
        pull->start(std::move(before));
}

void Relays::removePull(const std::string &stream)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_pulls.find(stream);
    if (found == m_pulls.end())
        return;
    found->second->stop();
    m_pulls.erase(found);
}

void Relays::setPaused(const std::string &stream, bool paused)
{
    const std::lock_guard lock(m_mutex);
    if (const auto found = m_pulls.find(stream); found != m_pulls.end())
        found->second->setPaused(paused);
}

std::shared_ptr<const Pull> Relays::pull(const std::string &stream) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_pulls.find(stream);
    return found == m_pulls.end() ? nullptr : found->second;
}

void Relays::addPush(const std::string &id, const std::string &stream, StreamAddress address)
{
    const std::lock_guard lock(m_mutex);
    const auto push = std::make_shared<Push>(m_workers.next(), m_around, stream, std::move(address));
    m_pushes[id] = push;
    if (m_started && !m_draining)
        push->start();
}

void Relays::removePush(const std::string &id)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_pushes.find(id);
    if (found == m_pushes.end())
        return;
    found->second->stop();
    m_pushes.erase(found);
}

std::shared_ptr<const Push> Relays::push(const std::string &id) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_pushes.find(id);
    return found == m_pushes.end() ? nullptr : found->second;
}

void Relays::forget(const std::string &stream)
{
    removePull(stream);
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_pushes, [&](const auto &entry) {
        const bool its = entry.second->stream() == stream;
        if (its)
            entry.second->stop();
        return its;
    });
}

bool Relays::bring(const std::string &stream)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_pulls.find(stream);
    if (found == m_pulls.end() || !m_started || m_draining || found->second->paused())
        return false;
    found->second->want();
    return true;
}

void Relays::look(const std::string &stream)
{
    const std::lock_guard lock(m_mutex);
    for (const auto &[id, push] : m_pushes) {
        if (push->stream() == stream)
            push->look();
    }
}

} // namespace matinee::relay
