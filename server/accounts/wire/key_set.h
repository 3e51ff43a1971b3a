// Keys among which a token chooses by its `kid` (RFC 7517, 4.5). A value; fixed at construction; any thread.
#pragma once

#include "accounts/wire/key.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::accounts {

struct NamedKey
{
    std::string id; ///< `kid`; "" for a key without one.
    Key key;
    /// A key that has been replaced verifies until then. Tokens with dates look at it (jwt.h).
    std::optional<std::chrono::system_clock::time_point> until;
};

enum class KeySetFault
{
    Malformed,   ///< No JSON object with a list `keys`, or longer than the limit.
    TooMany,     ///< More than KeySet::kMost keys.
    DuplicateId, ///< Two keys of one name, or two without: which one is meant is anybody's guess.
    Mixed,       ///< Secrets beside public keys: who reads the one must not have the other.
};
[[nodiscard]] std::string_view keySetFaultText(KeySetFault fault); ///< A sentence for the log.

class KeySet
{
public:
    static constexpr std::size_t kMost = 64;

    KeySet() = default; ///< Empty: every token is of an unknown key.
    static Result<KeySet, KeySetFault> create(std::vector<NamedKey> keys);

    /// The key of that name; null where there is none. A token without `kid` is of the only key there is (OpenID Connect Core, 10.1),
    /// and a single key without a name is that of every token.
    [[nodiscard]] const NamedKey *find(std::optional<std::string_view> id) const;
    [[nodiscard]] const std::vector<NamedKey> &keys() const { return m_keys; }

private:
    std::vector<NamedKey> m_keys;
};

} // namespace matinee::accounts
