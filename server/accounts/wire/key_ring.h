// The server's own signing keys: the newest signs, those before it verify until the last token that they signed has expired. A value:
// randomness and `now` are passed in; its owner stores `serialised()`, which is a secret, and replaces it as a whole. Any thread.
#pragma once

#include "accounts/wire/key_set.h"

#include <boost/json/object.hpp>

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::accounts {

enum class KeyRingFault
{
    Malformed, ///< Not what `serialised` writes.
    Key,       ///< An algorithm that cannot be made from 32 random bytes (RS256), or a number out of range.
};

class KeyRing
{
public:
    using Time = std::chrono::system_clock::time_point;
    using Seed = std::array<std::uint8_t, 32>;
    /// More are forgotten, the oldest first: who rotates each day keeps two weeks.
    static constexpr std::size_t kMost = 16;

    /// With one key. HS256 for tokens that only this server reads, EdDSA or ES256 for those that others verify by `publicSet`.
    static Result<KeyRing, KeyRingFault> create(Algorithm algorithm, const Seed &random);
    static Result<KeyRing, KeyRingFault> parse(std::string_view text);

    /// A new key of the same algorithm signs; the former one verifies for `lifetime` more, which is that of the longest token.
    Result<void, KeyRingFault> rotate(const Seed &random, Time now, std::chrono::seconds lifetime);
    /// Drops keys whose time is over; true where there were such.
    bool forget(Time now);

    [[nodiscard]] const NamedKey &current() const { return m_set.keys().back(); }
    [[nodiscard]] const KeySet &keys() const { return m_set; } ///< For verifyJwt, which knows when each ends.
    [[nodiscard]] boost::json::object publicSet() const;       ///< {"keys": [...]} of RFC 7517; without any for HS256.
    [[nodiscard]] std::string serialised() const;

private:
    struct Entry
    {
        Seed seed;
        std::optional<Time> until; // none: the current one
    };

    KeyRing() = default;
    static Result<KeyRing, KeyRingFault> of(Algorithm algorithm, std::vector<Entry> entries);

    Algorithm m_algorithm = Algorithm::Hs256;
    std::vector<Entry> m_entries; // oldest first
    KeySet m_set;                 // of the entries, in their order
};

} // namespace matinee::accounts
