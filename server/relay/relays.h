// Every pull and push of this server: which there are, how they do, and the word to begin and end them. Knows nothing of the database.
// Owned by app; any thread.
#pragma once

#include "relay/pull.h"
#include "relay/push.h"
#include "relay/surroundings.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace matinee::relay {

struct RelayOptions
{
    std::vector<std::string> allowedNetworks; ///< relay.allow_addresses
    std::chrono::seconds idleTime{30};        ///< relay.idle_seconds
    std::size_t maxProcesses = 64;            ///< relay.max_processes
    std::string program = "/proc/self/exe";
};

class Relays
{
public:
    /// Adds itself to the registry's onWanted and onChange.
    Relays(net::WorkerPool &workers, live::Registry &registry, RelayOptions options, observe::Metrics *metrics);
    ~Relays();
    Relays(const Relays &) = delete;
    Relays &operator=(const Relays &) = delete;

    /// Takes over the networks and the idle time; they count for processes that start from now on.
    void setOptions(const RelayOptions &options);
    /// Until now everything was only written down. Call when the workers run.
    void start();
    /// Ends all of them; `active` says when they have.
    void drain();
    [[nodiscard]] std::size_t active() const { return m_around.active; }
    /// Processes that run now.
    [[nodiscard]] std::size_t processes() const { return m_around.processes; }

    /// In place of the stream's former one. The same again changes nothing.
    void setPull(const std::string &stream, StreamAddress address, PullMode mode);
    void removePull(const std::string &stream);
    /// A stopped stream is not fetched until it is started.
    void setPaused(const std::string &stream, bool paused);
    [[nodiscard]] std::shared_ptr<const Pull> pull(const std::string &stream) const;

    void addPush(const std::string &id, const std::string &stream, StreamAddress address);
    void removePush(const std::string &id);
    [[nodiscard]] std::shared_ptr<const Push> push(const std::string &id) const;

    /// The stream was deleted: so are its pull and its pushes.
    void forget(const std::string &stream);

private:
    [[nodiscard]] bool bring(const std::string &stream);
    void look(const std::string &stream);

    net::WorkerPool &m_workers;
    Surroundings m_around;
    mutable std::mutex m_optionsMutex; // guards the two below
    std::vector<std::string> m_allowedNetworks;
    std::chrono::seconds m_idleTime;
    mutable std::mutex m_mutex; // guards what follows: taken when something comes, goes, or is asked for
    bool m_started = false;
    bool m_draining = false;
    std::map<std::string, std::shared_ptr<Pull>> m_pulls;  // by stream
    std::map<std::string, std::shared_ptr<Push>> m_pushes; // by id
};

} // namespace matinee::relay
