#include "accounts/wire/key_ring.h"

#include "accounts/wire/base64url.h"
#include "accounts/wire/digest.h"
#include "accounts/wire/jwk.h"
#include "accounts/wire/jwt.h"
#include "accounts/wire/strict_json.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace matinee::accounts {

namespace {

namespace json = boost::json;

/// Follows from the key and tells nothing of it.
std::string idOf(const KeyRing::Seed &seed)
{
    const Bytes code = hmac(HmacHash::Sha256, seed, bytesOf("name of this key"));
    return base64url(BytesView(code).first(12));
}

Result<Key, KeyFault> keyOf(Algorithm algorithm, const KeyRing::Seed &seed)
{
    switch (algorithm) {
    case Algorithm::Hs256:
        return Key::hmac(seed);
    case Algorithm::Es256:
        return Key::p256Private(seed);
    case Algorithm::EdDsa:
        return Key::ed25519Private(seed);
    case Algorithm::Rs256:
        break;
    }
    return KeyFault::Kind;
}

} // namespace

Result<KeyRing, KeyRingFault> KeyRing::of(Algorithm algorithm, std::vector<Entry> entries)
{
    std::vector<NamedKey> keys;
    for (const Entry &entry : entries) {
        auto key = keyOf(algorithm, entry.seed);
        if (!key)
            return KeyRingFault::Key;
        keys.push_back({idOf(entry.seed), std::move(*key), entry.until});
    }
    auto set = KeySet::create(std::move(keys));
    if (!set) // the same key twice
        return KeyRingFault::Malformed;
    KeyRing ring;
    ring.m_algorithm = algorithm;
    ring.m_entries = std::move(entries);
    ring.m_set = std::move(*set);
    return ring;
}

Result<KeyRing, KeyRingFault> KeyRing::create(Algorithm algorithm, const Seed &random)
{
    return of(algorithm, {{random, {}}});
}

Result<void, KeyRingFault> KeyRing::rotate(const Seed &random, Time now, std::chrono::seconds lifetime)
{
    auto entries = m_entries;
    // Up, to the second: it is stored so.
    entries.back().until = Time(std::chrono::ceil<std::chrono::seconds>((now + lifetime).time_since_epoch()));
    entries.push_back({random, {}});
    if (entries.size() > kMost)
        entries.erase(entries.begin());
    auto ring = of(m_algorithm, std::move(entries));
    if (!ring)
        return ring.error();
    *this = std::move(*ring);
    return {};
}

bool KeyRing::forget(Time now)
{
    auto entries = m_entries;
    std::erase_if(entries, [&](const Entry &entry) { return entry.until && now >= *entry.until; });
    if (entries.size() == m_entries.size())
        return false;
    auto ring = of(m_algorithm, std::move(entries));
    if (ring) // fewer of the same: it is
        *this = std::move(*ring);
    return true;
}

json::object KeyRing::publicSet() const
{
    json::array keys;
    for (const NamedKey &key : m_set.keys())
        if (!key.key.isSymmetric())
            keys.push_back(publicJwk(key));
    json::object set;
    set["keys"] = std::move(keys);
    return set;
}

std::string KeyRing::serialised() const
{
    json::array keys;
    for (const Entry &entry : m_entries) {
        json::object key;
        key["seed"] = base64url(entry.seed);
        if (entry.until)
            key["until"] = numericDate(*entry.until);
        keys.push_back(std::move(key));
    }
    json::object ring;
    ring["algorithm"] = joseName(m_algorithm);
    ring["keys"] = std::move(keys);
    return json::serialize(ring);
}

Result<KeyRing, KeyRingFault> KeyRing::parse(std::string_view text)
{
    const auto object = strictObject(text);
    const auto *name = object ? textMember(*object, "algorithm") : nullptr;
    const auto algorithm = name ? algorithmOfJose(*name) : std::nullopt;
    const auto *member = object ? object->if_contains("keys") : nullptr;
    const auto *list = member ? member->if_array() : nullptr;
    if (!algorithm || !list || list->empty() || list->size() > kMost)
        return KeyRingFault::Malformed;
    std::vector<Entry> entries;
    for (const json::value &value : *list) {
        const auto *key = value.if_object();
        const auto *seedText = key ? textMember(*key, "seed") : nullptr;
        const auto seed = seedText ? fromBase64url(*seedText) : std::nullopt;
        const auto *until = key ? key->if_contains("until") : nullptr;
        const bool isLast = entries.size() + 1 == list->size();
        // Exactly the last one has no end.
        if (!seed || seed->size() != sizeof(Seed) || isLast == (until != nullptr) || (until && !until->is_int64()))
            return KeyRingFault::Malformed;
        Entry entry{};
        std::copy(seed->begin(), seed->end(), entry.seed.begin());
        if (until) {
            constexpr std::int64_t farthest = 4'000'000'000; // of the year 2096: within what a clock of nanoseconds holds
            if (until->get_int64() < 0 || until->get_int64() > farthest)
                return KeyRingFault::Malformed;
            entry.until = Time(std::chrono::seconds(until->get_int64()));
        }
        entries.push_back(entry);
    }
    return of(*algorithm, std::move(entries));
}

} // namespace matinee::accounts
