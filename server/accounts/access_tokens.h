// Access tokens: JSON Web Tokens (RFC 7519, "at+jwt" of RFC 9068), HS256, good for 15 minutes. That one verifies says that we made it, not
// that its session still is: accounts/sessions.h. A value; no clock; constant after construction; any thread.
#pragma once

#include "accounts/roles.h"
#include "accounts/wire/jwt.h"
#include "accounts/wire/key_ring.h"
#include "common/protocol/result.h"

#include <chrono>
#include <string>
#include <string_view>

namespace matinee::accounts {

using SystemTime = std::chrono::system_clock::time_point;

struct AccessClaims
{
    using Time = SystemTime;

    std::string userId;    ///< sub
    std::string sessionId; ///< sid
    Role role = Role::User;
    Time authenticatedAt; ///< auth_time: when the person proved who they are. Whole seconds, as all three.
    Time issuedAt;
    Time expiresAt;
};

class AccessTokens
{
public:
    static constexpr std::chrono::seconds kLifetime{900};
    static constexpr std::size_t kMaxBytes = 1024; ///< Longer ones are refused unread.

    explicit AccessTokens(KeyRing keys) : m_keys(std::move(keys)) {}

    /// `expiresAt` as it stands in the claims.
    [[nodiscard]] std::string make(const AccessClaims &claims) const;
    [[nodiscard]] Result<AccessClaims, TokenFault> verify(std::string_view token, AccessClaims::Time now) const;

    /// Whether it is worth verifying: three parts with dots. API keys ("mtn_...") are not.
    [[nodiscard]] static bool looksLikeOne(std::string_view text);

private:
    KeyRing m_keys;
};

} // namespace matinee::accounts
