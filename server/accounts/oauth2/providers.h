// The providers by which people may sign in here, with what each says of itself: addresses by discovery, keys. Both are kept for an hour.
// Owned by app; its Tasks may be awaited on any worker.
#pragma once

#include "accounts/oauth2/wire/discovery.h"
#include "accounts/oauth2/wire/preset.h"
#include "accounts/wire/key_set.h"
#include "net/http_client.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace matinee::accounts::oauth2 {

using SystemTime = std::chrono::system_clock::time_point;

/// As the operator has set it up.
struct Provider
{
    const Preset *preset = nullptr; ///< Never null.
    std::string name{};             ///< For people.
    std::string clientId{};
    std::string clientSecret{}; ///< Apple: the private key. "" for a public client.
    std::string issuer{};
    std::string teamId{}; ///< Apple, as the next one.
    std::string keyId{};
    bool enableSignup = false;
    bool signupNeedReview = false;
    std::vector<std::string> allowedRedirects{};

    [[nodiscard]] std::string id() const { return std::string(preset->id); }
    [[nodiscard]] bool isOpenId() const { return preset->shape == Shape::OpenId; }
};
using ProviderPtr = std::shared_ptr<const Provider>;

class Providers
{
public:
    using Fetch = std::function<Task<Result<net::HttpAnswer>>(net::HttpRequest)>;

    static constexpr std::chrono::seconds kKnownFor{3600};
    static constexpr std::chrono::seconds kFailedFor{10};      ///< So that a provider that is away is not asked for each person.
    static constexpr std::chrono::seconds kKeysAgainAfter{60}; ///< A token of an unknown key has the keys read again, but not more often.

    explicit Providers(Fetch fetch) : m_fetch(std::move(fetch)) {}
    Providers(const Providers &) = delete;
    Providers &operator=(const Providers &) = delete;

    /// Any thread. Who is in the middle of a sign-in goes on with the provider as it was.
    void set(std::vector<Provider> providers);
    [[nodiscard]] std::vector<ProviderPtr> list() const;       ///< In the order in which they were set.
    [[nodiscard]] ProviderPtr find(std::string_view id) const; ///< Null where nobody signs in by it.

    /// Unavailable, with a sentence for people, where the provider cannot be asked or says something that cannot be; the log says what.
    Task<Result<Metadata>> metadata(ProviderPtr provider, SystemTime now);
    /// `again`: somebody came with a key that is not among them.
    Task<Result<KeySet>> keys(ProviderPtr provider, Metadata metadata, bool again, SystemTime now);
    /// For the rest of this folder.
    Task<Result<net::HttpAnswer>> fetch(net::HttpRequest request) { return m_fetch(std::move(request)); }

private:
    template <class T> struct Known
    {
        std::optional<T> value; ///< None: it failed.
        SystemTime since;
    };

    const Fetch m_fetch;
    mutable std::mutex m_mutex;
    std::vector<ProviderPtr> m_providers;              // guarded by m_mutex, as those below
    std::map<std::string, Known<Metadata>> m_metadata; // by issuer; only issuers that were set
    std::map<std::string, Known<KeySet>> m_keys;       // by address, of the same
};

/// "GitHub does not answer. Try again in a moment."
[[nodiscard]] Error providerAway(const Provider &provider);

} // namespace matinee::accounts::oauth2
