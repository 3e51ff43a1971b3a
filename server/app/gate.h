// Who may publish and who may play, answered from the store, and who may go on. Owned by app; any worker.
// Playing is asked with every HLS request, so answers are kept for two seconds, and as long as the database is away.
#pragma once

#include "accounts/attempt_limiter.h"
#include "accounts/bounded_map.h"
#include "accounts/playback_tokens.h"
#include "live/gate.h"
#include "observe/metrics.h"
#include "store/store.h"

#include <chrono>
#include <map>
#include <mutex>
#include <unordered_map>

namespace matinee::api {
class Authenticator;
}

namespace matinee::app {

class StoreGate final : public live::Gate
{
public:
    /// `tokens` must outlive this.
    StoreGate(store::Store &store, const accounts::PlaybackTokens &tokens, observe::Metrics &metrics);

    Task<Result<std::string>> mayPublish(std::string key, std::string address) override;
    Task<Result<void>> mayPlay(std::string name, Caller caller, std::string token) override;
    std::unique_ptr<live::ViewerWatch> watch(live::Admitted viewer, std::function<void()> over) override;

    /// Who knows when a session or a key has ended; must outlive this. Set before the workers start; without it nobody is watched.
    void watchBy(api::Authenticator &authenticator) { m_authenticator = &authenticator; }
    /// Refuses the publisher of `name` for so long (kick with block_seconds). Zero lifts it.
    void block(const std::string &name, std::chrono::seconds duration);
    /// A stream was made, deleted or changed: what is remembered of it is wrong.
    void forget(const std::string &name);

private:
    using Clock = std::chrono::steady_clock;
    struct Known
    {
        bool exists = false;
        bool isPrivate = false;
        Clock::time_point at;
    };

    Error refuse(const char *reason, Error error);
    [[nodiscard]] Result<void> verdict(const Known &known, const std::string &stream, const Caller &caller, const std::string &token);
    [[nodiscard]] std::optional<std::chrono::seconds> blockedFor(const std::string &name, Clock::time_point now);

    store::Store &m_store;
    const accounts::PlaybackTokens &m_tokens;
    std::map<std::string, observe::Counter, std::less<>> m_refused;
    std::map<accounts::TokenRefusal, observe::Counter> m_tokensRefused;
    std::map<std::string, observe::Counter, std::less<>> m_revoked; // constant after construction
    api::Authenticator *m_authenticator = nullptr;                  // constant once the workers run
    std::mutex m_mutex;                                             // guards what follows; taken once a connection or playlist request
    accounts::AttemptLimiter m_attempts;
    accounts::BoundedMap<Known> m_known;
    std::unordered_map<std::string, Clock::time_point> m_blocked;
};

} // namespace matinee::app
