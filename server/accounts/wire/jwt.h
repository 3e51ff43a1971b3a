// JSON Web Tokens (RFC 7519) as its best practice has them (RFC 8725): what a use expects is said beforehand, whole. No clock: `now`
// is passed in. Any thread.
#pragma once

#include "accounts/wire/jws.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace matinee::accounts {

/// NumericDate of RFC 7519: it may have a fraction.
using Since1970 = std::chrono::duration<double>;

struct JwtExpectation
{
    AlgorithmSet algorithms;
    /// What must be there and equal; where nothing is set, it may be there or not and is not looked at.
    std::optional<std::string> issuer = {};
    std::optional<std::string> audience = {}; ///< `aud` is it, or is a list with it.
    std::optional<std::string> subject = {};
    std::optional<std::string> type = {}; ///< `typ` of the header, without "application/", upper and lower case alike.
    /// For clocks that differ; added to `exp`, taken from `nbf` and `iat`.
    std::chrono::seconds leeway{0};
    /// Whether an `iat` of the future is refused.
    bool checkIssuedAt = true;
    JsonLimits limits = {};
};

struct JwtClaims
{
    std::optional<std::string> issuer;
    std::optional<std::string> subject;
    std::vector<std::string> audience;
    std::optional<std::string> id; ///< `jti`
    Since1970 expires{};
    std::optional<Since1970> notBefore;
    std::optional<Since1970> issuedAt;
    boost::json::object all; ///< Those above and those of the use.
};

/// `exp` must be there. A key that was replaced (NamedKey::until) is unknown from its end.
[[nodiscard]] Result<JwtClaims, TokenFault> verifyJwt(std::string_view token, const KeySet &keys, const JwtExpectation &expected,
                                                      std::chrono::system_clock::time_point now);

/// `claims` as they are: the caller puts `exp` and the rest. Nothing for a key without its private part.
[[nodiscard]] std::optional<std::string> signJwt(const NamedKey &key, const boost::json::object &claims, std::string_view type = "JWT");

/// Whole seconds, as claims hold them.
[[nodiscard]] std::int64_t numericDate(std::chrono::system_clock::time_point time);

} // namespace matinee::accounts
