// The ladder: smaller pictures of streams, made when somebody asks for "show@720p" and as long as somebody has it. Which rungs a stream is
// offered now, how each does, and the word to begin and end them.
// Owned by app; any thread.
#pragma once

#include "ladder/rendition.h"
#include "ladder/rungs.h"
#include "ladder/surroundings.h"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::ladder {

struct LadderOptions
{
    std::vector<Rung> rungs;      ///< livestream.ladder, highest first
    std::size_t maxProcesses = 4; ///< livestream.ladder_max_processes
    std::chrono::milliseconds idle{10000};
    std::function<std::chrono::milliseconds(std::chrono::milliseconds ran)> retry{}; ///< Empty: one that doubles.
    StartProcess start{};                                                            ///< Empty: relay processes.
};

/// A rung that a stream can be asked for.
struct Offer
{
    std::string name; ///< "show@720p"
    Forecast forecast;
};

enum class RungState
{
    Offered, ///< Begins when somebody asks.
    Full,    ///< Would, were it not for the limit of processes.
    Starting,
    Running,
    Failed, ///< Given up for a while.
};
[[nodiscard]] std::string_view rungStateName(RungState state); ///< "running"

struct RungStatus
{
    std::string name;
    Rung rung;
    RungState state = RungState::Offered;
    std::uint32_t viewers = 0;
};

class Ladder
{
public:
    /// Adds itself to the registry's onWanted, onAbsent and onChange.
    Ladder(net::WorkerPool &workers, live::Registry &registry, LadderOptions options, observe::Metrics *metrics);
    ~Ladder();
    Ladder(const Ladder &) = delete;
    Ladder &operator=(const Ladder &) = delete;

    /// Ends all of them; `active` says when they have.
    void drain();
    [[nodiscard]] std::size_t active() const { return m_around.active; }

    /// Of every rung, whether the stream can have it or not.
    [[nodiscard]] std::vector<std::string> names(const std::string &stream) const;
    /// What can be had now, best first.
    [[nodiscard]] std::vector<Offer> offered(const std::string &stream) const;
    /// The rungs below the stream's own picture, whatever their state.
    [[nodiscard]] std::vector<RungStatus> states(const std::string &stream) const;
    /// Why this system cannot make renditions of the stream.
    [[nodiscard]] std::optional<live::Warning> warning(const std::string &stream) const;

private:
    using Clock = std::chrono::steady_clock;
    struct Refusal
    {
        std::string reason;
        media::Codec codec{}; ///< Of the stream then: with another it may be possible.
    };
    [[nodiscard]] const Refusal *refusalOf(const std::string &stream, const Source &source) const; // under m_mutex
    [[nodiscard]] bool bring(const std::string &rendition);
    [[nodiscard]] std::optional<Error> absence(const std::string &rendition) const;
    [[nodiscard]] std::optional<Source> sourceOf(const std::string &stream) const;
    [[nodiscard]] std::optional<std::chrono::seconds> pausedFor(const std::string &rendition) const; // under m_mutex
    [[nodiscard]] bool full() const { return m_renditions.size() >= m_maxProcesses; }                // under m_mutex
    [[nodiscard]] RungState stateOf(const std::string &rendition) const;                             // under m_mutex
    void refuse(const std::string &stream, const std::string &reason);
    void giveUp(const std::string &rendition);
    void forget(const std::string &rendition, const void *which);

    // fixed at construction
    net::WorkerPool &m_workers;
    const std::vector<Rung> m_rungs;
    const std::size_t m_maxProcesses;
    Surroundings m_around;

    mutable std::mutex m_mutex; // guards what follows: taken when a rendition comes, goes, or is asked for
    bool m_draining = false;
    std::map<std::string, std::shared_ptr<Rendition>> m_renditions; // by name
    std::map<std::string, Clock::time_point> m_paused;              // by name: given up until then
    std::map<std::string, Refusal> m_refused;                       // by stream: why the system cannot; while it is live
    std::string m_logged;                                           // the last reason that the log has
};

} // namespace matinee::ladder
