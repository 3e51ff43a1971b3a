#include "ladder/ladder.h"

#include "observe/log.h"

#include <utility>

namespace matinee::ladder {

namespace {

std::string streamOf(const std::string &rendition)
{
    return std::string(live::baseName(rendition));
}

} // namespace

std::string_view rungStateName(RungState state)
{
    switch (state) {
    case RungState::Offered:
        return "offered";
    case RungState::Full:
        return "full";
    case RungState::Starting:
        return "starting";
    case RungState::Running:
        return "running";
    case RungState::Failed:
        return "failed";
    }
    return "offered";
}

Ladder::Ladder(net::WorkerPool &workers, live::Registry &registry, LadderOptions options, observe::Metrics *metrics)
    : m_workers(workers),
      m_rungs(std::move(options.rungs)),
      m_maxProcesses(options.maxProcesses),
      m_around{.registry = registry,
               .start = options.start ? std::move(options.start) : relayProcesses(),
               .rungs = m_rungs,
               .idle = options.idle,
               .retry = std::move(options.retry),
               .unsupported = [this](const std::string &stream, const std::string &reason) { refuse(stream, reason); },
               .gaveUp = [this](const std::string &rendition) { giveUp(rendition); },
               .ended = [this](const std::string &rendition, const void *which) { forget(rendition, which); },
               .restarts = observe::Counter(),
               .dropped = observe::Counter()}
{
    if (m_rungs.empty())
        return;
    if (metrics) {
        m_around.restarts =
            metrics->counter("matinee_ladder_restarts_total", "Processes of the ladder that failed and were started again.");
        m_around.dropped = metrics->counter("matinee_ladder_dropped_frames_total",
                                            "Pictures that the ladder left out because the machine did not keep up.");
        auto running = metrics->gauge("matinee_ladder_processes", "Processes of the ladder that run now.");
        metrics->onScrape([this, running]() mutable { running.set(static_cast<double>(m_around.processes)); });
    }
    registry.onWanted([this](const std::string &name) { return bring(name); });
    registry.onAbsent([this](const std::string &name) { return absence(name); });
    registry.onChange([this](const std::string &name, bool live) {
        const std::lock_guard lock(m_mutex);
        if (!live)
            m_refused.erase(name);
    });
}

Ladder::~Ladder() = default;

void Ladder::drain()
{
    const std::lock_guard lock(m_mutex);
    m_draining = true;
    for (const auto &[name, rendition] : m_renditions)
        rendition->stop();
}

std::vector<std::string> Ladder::names(const std::string &stream) const
{
    std::vector<std::string> names;
    for (const auto &rung : m_rungs)
        names.push_back(renditionName(stream, rung));
    return names;
}

/// Nothing where it is not live or has no picture yet.
std::optional<Source> Ladder::sourceOf(const std::string &stream) const
{
    const auto state = m_around.registry.find(stream);
    if (!state)
        return std::nullopt;
    auto video = videoOf(state->statistics.tracks);
    if (!video)
        return std::nullopt;
    return Source{std::move(video), state->statistics.fps, state->statistics.peakVideoKbps};
}

std::vector<Offer> Ladder::offered(const std::string &stream) const
{
    std::vector<Offer> offers;
    if (m_rungs.empty() || live::isRendition(stream))
        return offers;
    auto source = sourceOf(stream);
    if (!source)
        return offers;
    const std::lock_guard lock(m_mutex);
    if (refusalOf(stream, *source))
        return offers;
    for (const auto &rung : m_rungs) {
        auto name = renditionName(stream, rung);
        const auto state = stateOf(name);
        if (!fits(rung, *source->video) || state == RungState::Full || state == RungState::Failed)
            continue;
        source->share = shareOf(rung, m_rungs, *source->video);
        offers.push_back({std::move(name), forecastOf(rung, *source)});
    }
    return offers;
}

std::vector<RungStatus> Ladder::states(const std::string &stream) const
{
    std::vector<RungStatus> states;
    if (m_rungs.empty() || live::isRendition(stream))
        return states;
    const auto source = sourceOf(stream);
    if (!source)
        return states;
    {
        const std::lock_guard lock(m_mutex);
        if (refusalOf(stream, *source))
            return states;
        for (const auto &rung : m_rungs) {
            if (fits(rung, *source->video))
                states.push_back({renditionName(stream, rung), rung, stateOf(renditionName(stream, rung)), 0});
        }
    }
    for (auto &state : states) {
        const auto live = m_around.registry.find(state.name);
        for (const auto &[protocol, viewers] : live ? live->statistics.viewers : std::map<std::string, std::uint32_t>())
            state.viewers += viewers;
    }
    return states;
}

std::optional<live::Warning> Ladder::warning(const std::string &stream) const
{
    if (m_rungs.empty())
        return std::nullopt;
    const auto source = sourceOf(stream);
    const std::lock_guard lock(m_mutex);
    const auto *const refusal = source ? refusalOf(stream, *source) : nullptr;
    if (!refusal)
        return std::nullopt;
    return live::Warning{"no_renditions", "There are no smaller pictures of this stream: " + refusal->reason};
}

const Ladder::Refusal *Ladder::refusalOf(const std::string &stream, const Source &source) const
{
    const auto found = m_refused.find(stream);
    return found != m_refused.end() && found->second.codec == source.video->codec ? &found->second : nullptr;
}

std::optional<std::chrono::seconds> Ladder::pausedFor(const std::string &rendition) const
{
    const auto found = m_paused.find(rendition);
    const auto now = Clock::now();
    if (found == m_paused.end() || found->second <= now)
        return std::nullopt;
    return std::chrono::ceil<std::chrono::seconds>(found->second - now);
}

RungState Ladder::stateOf(const std::string &rendition) const
{
    if (const auto found = m_renditions.find(rendition); found != m_renditions.end())
        return found->second->condition() == Condition::Running ? RungState::Running : RungState::Starting;
    if (pausedFor(rendition))
        return RungState::Failed;
    return full() ? RungState::Full : RungState::Offered;
}

bool Ladder::bring(const std::string &name)
{
    const auto rung = rungOf(name, m_rungs);
    if (!rung)
        return false;
    const auto stream = streamOf(name);
    const auto source = sourceOf(stream);
    // Where the stream itself is still to be fetched, the rendition looks when it is there.
    const bool possible = source ? fits(*rung, *source->video) : m_around.registry.want(stream);
    const std::lock_guard lock(m_mutex);
    if (!possible || m_draining || (source && refusalOf(stream, *source)) || pausedFor(name))
        return false;
    const auto found = m_renditions.find(name);
    if (found != m_renditions.end() && !found->second->leaving()) {
        found->second->want();
        return true;
    }
    if (found == m_renditions.end() && full())
        return false;
    auto before = found == m_renditions.end() ? nullptr : found->second;
    const auto rendition = std::make_shared<Rendition>(m_workers.next(), m_around, stream, *rung);
    m_renditions[name] = rendition;
    m_paused.erase(name);
    rendition->start(std::move(before));
    return true;
}

/// For who asked for one of ours and cannot have it now.
std::optional<Error> Ladder::absence(const std::string &name) const
{
    const auto rung = rungOf(name, m_rungs);
    const auto stream = streamOf(name);
    if (!rung || !m_around.registry.isLive(stream))
        return std::nullopt;
    const auto source = sourceOf(stream);
    if (source && !fits(*rung, *source->video))
        return fail(ErrorCode::NotFound, stream + " is not larger than " + rung->label() + " itself.", "name");
    const std::lock_guard lock(m_mutex);
    if (const auto *const refusal = source ? refusalOf(stream, *source) : nullptr)
        return fail(ErrorCode::NotFound, "There are no smaller pictures of " + stream + ": " + refusal->reason, "name");
    Error error;
    if (const auto pause = pausedFor(name)) {
        error = fail(ErrorCode::Unavailable, rung->label() + " of " + stream + " has failed again and again. Try again in a minute.");
        error.retryAfter = *pause;
        return error;
    }
    if (m_renditions.contains(name) || !full())
        return std::nullopt;
    error = fail(ErrorCode::Unavailable, "This server makes as many smaller pictures as it may (livestream.ladder_max_processes: " +
                                             std::to_string(m_maxProcesses) + "). Try again later, or watch " + stream + " itself.");
    error.retryAfter = std::chrono::seconds(10);
    return error;
}

void Ladder::refuse(const std::string &stream, const std::string &reason)
{
    const auto source = sourceOf(stream);
    const std::lock_guard lock(m_mutex);
    if (source)
        m_refused[stream] = {reason, source->video->codec};
    if (std::exchange(m_logged, reason) != reason)
        log::warn("ladder", "{}: no smaller pictures can be made: {}", stream, reason);
}

void Ladder::giveUp(const std::string &rendition)
{
    const std::lock_guard lock(m_mutex);
    const auto now = Clock::now();
    std::erase_if(m_paused, [&](const auto &entry) { return entry.second <= now; });
    m_paused[rendition] = now + CrashBook::kPause;
}

void Ladder::forget(const std::string &rendition, const void *which)
{
    const std::lock_guard lock(m_mutex);
    if (const auto found = m_renditions.find(rendition); found != m_renditions.end() && found->second.get() == which)
        m_renditions.erase(found);
}

} // namespace matinee::ladder
