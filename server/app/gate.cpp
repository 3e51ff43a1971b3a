#include "app/gate.h"

#include "accounts/publish_keys.h"
#include "app/viewer_watch.h"
#include "live/registry.h"
#include "store/streams.h"

#include "matinee/v1/options.pb.h"

namespace matinee::app {

namespace {

constexpr std::chrono::seconds kKnownFor{2};
constexpr std::size_t kMostKnown = 4096;

using FindStream = std::function<Result<std::optional<store::StreamRow>>(store::Transaction &)>;

} // namespace

StoreGate::StoreGate(store::Store &store, const accounts::PlaybackTokens &tokens, observe::Metrics &metrics)
    : m_store(store), m_tokens(tokens), m_known(kMostKnown)
{
    for (const char *reason : {"wrong_key", "rate_limited", "blocked", "stopped", "unavailable"})
        m_refused[reason] =
            metrics.counter("matinee_publish_refused_total", "Publishers that were refused, by reason", {{"reason", reason}});
    for (const char *protocol : {"flv", "flv_websocket", "rtmp", "recording"})
        m_revoked.emplace(protocol, metrics.counter("matinee_viewers_revoked_total",
                                                    "Viewers of private streams who were cut off because their session or API key ended",
                                                    {{"protocol", protocol}}));
    using enum accounts::TokenRefusal;
    for (const auto refusal : {Forged, Expired, OtherStream}) {
        m_tokensRefused[refusal] = metrics.counter("matinee_playback_tokens_refused_total", "Playback tokens that were refused, by reason",
                                                   {{"reason", std::string(accounts::tokenRefusalName(refusal))}});
    }
}

Error StoreGate::refuse(const char *reason, Error error)
{
    m_refused.find(reason)->second.add();
    return error;
}

Task<Result<std::string>> StoreGate::mayPublish(std::string key, std::string address)
{
    {
        const std::lock_guard lock(m_mutex);
        if (const auto wait = m_attempts.blockedFor(address, Clock::now())) {
            auto error = fail(ErrorCode::RateLimited,
                              "Too many wrong stream keys from this address. Try again in " + std::to_string(wait->count()) + " s.");
            error.retryAfter = *wait;
            co_return refuse("rate_limited", std::move(error));
        }
    }
    std::optional<store::StreamRow> row;
    if (accounts::isPublishKey(key)) {
        const FindStream find = [hash = accounts::publishKeyHash(key)](store::Transaction &tx) {
            return store::findStreamByKeyHash(tx, hash);
        };
        auto found = co_await m_store.read(find);
        if (!found)
            co_return refuse("unavailable", fail(ErrorCode::Unavailable,
                                                 "The stream key cannot be checked now: the database is away. Try again in a moment."));
        row = std::move(*found);
    }
    const std::lock_guard lock(m_mutex);
    if (!row) {
        m_attempts.failed(address, Clock::now());
        co_return refuse("wrong_key",
                         fail(ErrorCode::PermissionDenied,
                              "This stream key is not known here. Copy it again, or make a new one with `matinee stream rotate-key`."));
    }
    m_attempts.succeeded(address);
    if (const auto wait = blockedFor(row->name, Clock::now()))
        co_return refuse("blocked",
                         fail(ErrorCode::PermissionDenied, "This stream is blocked for another " + std::to_string(wait->count()) + " s."));
    if (row->isStopped)
        co_return refuse("stopped",
                         fail(ErrorCode::FailedPrecondition, "This stream is stopped: nobody may publish. `matinee stream start " +
                                                                 row->name + "` lets publishers in again."));
    co_return std::move(row->name);
}

/// A wrong token is refused in the same way whether there is such a stream or not, so that it tells nobody which private ones there are.
Result<void> StoreGate::verdict(const Known &known, const std::string &stream, const Caller &caller, const std::string &token)
{
    if (known.exists && (!known.isPrivate || caller.may(v1::READ_STREAMS)))
        return {};
    const auto notFound = fail(ErrorCode::NotFound, "There is no stream " + stream + ".", "name");
    if (token.empty() || caller.may(v1::READ_STREAMS))
        return notFound;
    const auto verified = m_tokens.verify(token, stream, std::chrono::system_clock::now());
    if (verified)
        return known.exists ? Result<void>() : Result<void>(notFound);
    m_tokensRefused.find(verified.error())->second.add();
    switch (verified.error()) {
    case accounts::TokenRefusal::Expired:
        return fail(ErrorCode::PermissionDenied, "This playback token is not valid any more, or not yet. Ask for a new link.", "token");
    case accounts::TokenRefusal::OtherStream:
        return fail(ErrorCode::PermissionDenied, "This playback token is for another stream.", "token");
    case accounts::TokenRefusal::Forged:
        break;
    }
    return fail(ErrorCode::PermissionDenied, "This playback token was not made by this server.", "token");
}

Task<Result<void>> StoreGate::mayPlay(std::string name, Caller caller, std::string token)
{
    name = live::baseName(name); // a rendition is played under the permission of its stream
    std::optional<Known> remembered;
    {
        const std::lock_guard lock(m_mutex);
        if (const auto *known = m_known.find(name))
            remembered = *known;
    }
    if (remembered && Clock::now() - remembered->at < kKnownFor)
        co_return verdict(*remembered, name, caller, token);
    const FindStream find = [name](store::Transaction &tx) { return store::findStream(tx, name); };
    const auto found = co_await m_store.read(find);
    if (!found) {
        if (remembered) // those who watch go on while the database is away
            co_return verdict(*remembered, name, caller, token);
        co_return found.error();
    }
    const Known known{found->has_value(), found->has_value() && (*found)->isPrivate, Clock::now()};
    {
        const std::lock_guard lock(m_mutex);
        m_known.put(name, known);
    }
    co_return verdict(known, name, caller, token);
}

std::unique_ptr<live::ViewerWatch> StoreGate::watch(live::Admitted viewer, std::function<void()> over)
{
    auto *const worker = net::Worker::current();
    const bool cameByThat = !viewer.caller.isAnonymous() && viewer.caller.may(v1::READ_STREAMS);
    if (!m_authenticator || !worker || !cameByThat)
        return nullptr;
    const std::string name(live::baseName(viewer.name));
    {
        const std::lock_guard lock(m_mutex);
        const auto *known = m_known.find(name);
        if (known && !known->isPrivate)
            return nullptr;
    }
    if (!viewer.token.empty() && m_tokens.verify(viewer.token, name, std::chrono::system_clock::now()))
        return nullptr;
    observe::Counter counter;
    if (const auto found = m_revoked.find(viewer.protocol); found != m_revoked.end())
        counter = found->second;
    std::function<void()> counted = [counter, over = std::move(over)]() mutable {
        counter.add();
        over();
    };
    return std::make_unique<CredentialViewerWatch>(*m_authenticator, *worker, std::move(viewer.caller), std::move(counted));
}

std::optional<std::chrono::seconds> StoreGate::blockedFor(const std::string &name, Clock::time_point now)
{
    const auto found = m_blocked.find(name);
    if (found == m_blocked.end())
        return std::nullopt;
    if (found->second <= now) {
        m_blocked.erase(found);
        return std::nullopt;
    }
    return std::chrono::ceil<std::chrono::seconds>(found->second - now);
}

void StoreGate::block(const std::string &name, std::chrono::seconds duration)
{
    const std::lock_guard lock(m_mutex);
    if (duration.count() > 0)
        m_blocked[name] = Clock::now() + duration;
    else
        m_blocked.erase(name);
}

void StoreGate::forget(const std::string &name)
{
    const std::lock_guard lock(m_mutex);
    m_known.erase(name);
}

} // namespace matinee::app
