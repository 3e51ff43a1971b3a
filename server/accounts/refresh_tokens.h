// Refresh tokens: numbered, and derived from session and number with the server's key, so that the database holds only the number of the
// good one, and the same next token can be given twice. "mtr_" session "." generation "." HMAC-SHA256 in base64url. A value; no clock; any
// thread.
//
// The token before the good one is answered with the good one again for 30 s after the rotation (many tabs at once). Later it is one that
// was copied: who holds the other copy is not known, so the session ends (RFC 9700, 4.14.2).
#pragma once

#include "accounts/server_keys.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace matinee::accounts {

struct RefreshToken
{
    std::string sessionId;
    std::uint64_t generation = 0;
};

class RefreshTokens
{
public:
    static constexpr std::chrono::seconds kLifetime{30 * 86400};
    static constexpr std::size_t kMaxBytes = 160;

    explicit RefreshTokens(const RefreshKey &key) : m_key(key) {}

    [[nodiscard]] std::string make(const RefreshToken &token) const;
    /// Nothing unless we made it. The code is compared in constant time, before the session is looked for.
    [[nodiscard]] std::optional<RefreshToken> parse(std::string_view text) const;

private:
    RefreshKey m_key;
};

/// What the session's row says of it.
struct RefreshState
{
    using Time = std::chrono::system_clock::time_point;

    std::uint64_t generation = 0;
    Time rotatedAt;
    Time expiresAt;
};

enum class RefreshVerdict
{
    Rotate,    ///< The good one: the next generation.
    SameAgain, ///< The one before, in time: the token of the row's generation once more.
    Stolen,    ///< An older one: the session ends.
    Ahead,     ///< Newer than the row: the database was restored from a backup. The session ends; nobody is to blame.
    Expired,   ///< Too late: the session ends.
};

inline constexpr std::chrono::seconds kRefreshGrace{30};

[[nodiscard]] RefreshVerdict judgeRefresh(std::uint64_t presented, const RefreshState &state, RefreshState::Time now);

} // namespace matinee::accounts
