#include "accounts/server_keys.h"

#include "accounts/wire/base64url.h"

#include "common/opaque/hashing.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace matinee::accounts {

namespace {

using opaque::label;
using opaque::Secret;

std::optional<std::uint8_t> digitOf(char c)
{
    if (c >= '0' && c <= '9')
        return static_cast<std::uint8_t>(c - '0');
    const char lower = static_cast<char>(c | 0x20);
    if (lower >= 'a' && lower <= 'f')
        return static_cast<std::uint8_t>(lower - 'a' + 10);
    return std::nullopt;
}

/// What all keys of a secret are made from.
Secret<opaque::kHashSize> rootOf(std::string_view secret)
{
    Secret<32> bytes;
    bool isHex = secret.size() == 64;
    for (std::size_t i = 0; isHex && i < 32; ++i) {
        const auto high = digitOf(secret[2 * i]);
        const auto low = digitOf(secret[2 * i + 1]);
        isHex = high && low;
        if (isHex)
            bytes.bytes()[i] = static_cast<std::uint8_t>(*high << 4 | *low);
    }
    return opaque::hkdfExtract(label("Matinee keys 1"), {isHex ? opaque::Bytes(bytes.bytes()) : label(secret)});
}

KeyRing ringOf(std::string_view secret, std::string_view purpose)
{
    const auto seed = opaque::expand<sizeof(KeyRing::Seed)>(rootOf(secret).bytes(), {label(purpose)});
    KeyRing::Seed copy{};
    std::copy(seed.bytes().begin(), seed.bytes().end(), copy.begin());
    auto ring = KeyRing::create(Algorithm::Hs256, copy);
    opaque::wipe(copy);
    if (!ring) // any 32 bytes are a key of HS256
        throw std::logic_error("no key for tokens");
    return std::move(*ring);
}

} // namespace

KeyRing accessKeysOf(std::string_view secret)
{
    return ringOf(secret, "access tokens");
}

KeyRing guestKeysOf(std::string_view secret)
{
    return ringOf(secret, "tokens of guests");
}

std::string markOfSecret(std::string_view secret)
{
    const auto mark = opaque::expand<12>(rootOf(secret).bytes(), {label("name of this secret")});
    return base64url(BytesView(mark.bytes()));
}

RefreshKey refreshKeyOf(std::string_view secret)
{
    const auto derived = opaque::expand<sizeof(RefreshKey)>(rootOf(secret).bytes(), {label("refresh tokens")});
    RefreshKey key{};
    std::copy(derived.bytes().begin(), derived.bytes().end(), key.begin());
    return key;
}

opaque::ServerSetup serverSetupOf(std::string_view secret)
{
    const auto root = rootOf(secret);
    const auto keySeed = opaque::expand<opaque::kSeedSize>(root.bytes(), {label("OPAQUE private key")});
    return opaque::ServerSetup::fromKeys(opaque::deriveKeyPair(keySeed.bytes()).privateKey,
                                         opaque::expand<opaque::kHashSize>(root.bytes(), {label("OPAQUE seed of the function")}),
                                         opaque::expand<opaque::kHashSize>(root.bytes(), {label("OPAQUE seed of stand-ins")}));
}

} // namespace matinee::accounts
