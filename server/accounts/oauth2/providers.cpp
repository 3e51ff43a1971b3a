#include "accounts/oauth2/providers.h"

#include "accounts/wire/jwk.h"
#include "observe/log.h"

#include <algorithm>

namespace matinee::accounts::oauth2 {

namespace {

constexpr std::size_t kMostKeysBytes = std::size_t{64} << 10; // of keySetOfJwks()

net::HttpRequest documentAt(std::string address, std::size_t mostBytes)
{
    net::HttpRequest request;
    request.address = std::move(address);
    request.headers.emplace_back("Accept", "application/json");
    request.mostBytes = mostBytes;
    return request;
}

Metadata metadataOf(const Preset &preset)
{
    Metadata metadata;
    metadata.issuer = preset.issuer;
    metadata.authorizationEndpoint = preset.authorization;
    metadata.tokenEndpoint = preset.token;
    metadata.userInfoEndpoint = preset.userInfo;
    metadata.takesSecretInBody = true;
    return metadata;
}

bool holds(SystemTime since, std::chrono::seconds howLong, SystemTime now)
{
    return now >= since && now - since < howLong;
}

} // namespace

Error providerAway(const Provider &provider)
{
    Error error =
        fail(ErrorCode::Unavailable, provider.name + " cannot be used at the moment. Try again in a minute, or sign in another way.");
    error.retryAfter = Providers::kFailedFor;
    return error;
}

void Providers::set(std::vector<Provider> providers)
{
    std::vector<ProviderPtr> shared;
    for (Provider &provider : providers)
        shared.push_back(std::make_shared<const Provider>(std::move(provider)));
    const std::lock_guard lock(m_mutex);
    m_providers = std::move(shared);
    m_metadata.clear(); // asked anew: an operator who changes something wants to see it
    m_keys.clear();
}

std::vector<ProviderPtr> Providers::list() const
{
    const std::lock_guard lock(m_mutex);
    return m_providers;
}

ProviderPtr Providers::find(std::string_view id) const
{
    const std::lock_guard lock(m_mutex);
    const auto found =
        std::find_if(m_providers.begin(), m_providers.end(), [&](const ProviderPtr &provider) { return provider->preset->id == id; });
    return found == m_providers.end() ? nullptr : *found;
}

Task<Result<Metadata>> Providers::metadata(ProviderPtr provider, SystemTime now)
{
    if (!provider->isOpenId())
        co_return Result<Metadata>(metadataOf(*provider->preset));
    {
        const std::lock_guard lock(m_mutex);
        const auto known = m_metadata.find(provider->issuer);
        if (known != m_metadata.end() && known->second.value && holds(known->second.since, kKnownFor, now))
            co_return Result<Metadata>(*known->second.value);
        if (known != m_metadata.end() && !known->second.value && holds(known->second.since, kFailedFor, now))
            co_return Result<Metadata>(providerAway(*provider));
    }
    net::HttpRequest request = documentAt(discoveryAddress(provider->issuer), kMostDiscoveryBytes);
    Result<net::HttpAnswer> answer = co_await m_fetch(std::move(request));
    Known<Metadata> known{std::nullopt, now};
    if (!answer) {
        log::warn("oauth2", "{} (oauth2.{}) cannot be asked: {}", provider->name, provider->id(), answer.error().message);
    } else if (answer->status != 200) {
        log::warn("oauth2", "{} (oauth2.{}) has no openid-configuration: HTTP status {}.", provider->name, provider->id(), answer->status);
    } else if (auto parsed = parseDiscovery(answer->body, provider->issuer)) {
        known.value = std::move(*parsed);
    } else {
        log::warn("oauth2", "{} (oauth2.{}): {}", provider->name, provider->id(), discoveryFaultText(parsed.error()));
    }
    const std::lock_guard lock(m_mutex);
    const auto value = known.value;
    m_metadata[provider->issuer] = std::move(known);
    if (!value)
        co_return Result<Metadata>(providerAway(*provider));
    co_return Result<Metadata>(*value);
}

Task<Result<KeySet>> Providers::keys(ProviderPtr provider, Metadata metadata, bool again, SystemTime now)
{
    {
        const std::lock_guard lock(m_mutex);
        const auto known = m_keys.find(metadata.keysAddress);
        const bool isKnown = known != m_keys.end() && known->second.value;
        if (isKnown && holds(known->second.since, again ? kKeysAgainAfter : kKnownFor, now))
            co_return Result<KeySet>(*known->second.value);
        if (known != m_keys.end() && !isKnown && holds(known->second.since, kFailedFor, now))
            co_return Result<KeySet>(providerAway(*provider));
    }
    net::HttpRequest request = documentAt(metadata.keysAddress, kMostKeysBytes);
    Result<net::HttpAnswer> answer = co_await m_fetch(std::move(request));
    Known<KeySet> known{std::nullopt, now};
    if (!answer) {
        log::warn("oauth2", "The keys of {} (oauth2.{}) cannot be read: {}", provider->name, provider->id(), answer.error().message);
    } else if (answer->status != 200) {
        log::warn("oauth2", "The keys of {} (oauth2.{}) cannot be read: HTTP status {}.", provider->name, provider->id(), answer->status);
    } else if (auto parsed = keySetOfJwks(answer->body)) {
        known.value = std::move(*parsed);
    } else {
        log::warn("oauth2", "The keys of {} (oauth2.{}): {}", provider->name, provider->id(), keySetFaultText(parsed.error()));
    }
    const std::lock_guard lock(m_mutex);
    const auto value = known.value;
    m_keys[metadata.keysAddress] = std::move(known);
    if (!value)
        co_return Result<KeySet>(providerAway(*provider));
    co_return Result<KeySet>(*value);
}

} // namespace matinee::accounts::oauth2
