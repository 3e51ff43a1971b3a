#include "accounts/access_tokens.h"

#include <algorithm>

namespace matinee::accounts {

namespace {

const std::string kName = "matinee"; // issuer and audience
constexpr std::string_view kType = "at+jwt";

std::optional<AccessClaims::Time> timeClaim(const boost::json::object &claims, std::string_view name)
{
    const auto *value = claims.if_contains(name);
    const auto *seconds = value ? value->if_int64() : nullptr;
    constexpr std::int64_t farthest = 9'000'000'000; // of the year 2255: within what a clock of nanoseconds holds
    if (!seconds || *seconds < 0 || *seconds > farthest)
        return std::nullopt;
    return AccessClaims::Time(std::chrono::seconds(*seconds));
}

std::optional<std::string> textClaim(const boost::json::object &claims, std::string_view name)
{
    const auto *value = claims.if_contains(name);
    const auto *text = value ? value->if_string() : nullptr;
    return text ? std::optional<std::string>(std::string(text->data(), text->size())) : std::nullopt;
}

} // namespace

std::string AccessTokens::make(const AccessClaims &claims) const
{
    boost::json::object all;
    all["iss"] = kName;
    all["aud"] = kName;
    all["sub"] = claims.userId;
    all["sid"] = claims.sessionId;
    all["role"] = roleName(claims.role);
    all["iat"] = numericDate(claims.issuedAt);
    all["exp"] = numericDate(claims.expiresAt);
    all["auth_time"] = numericDate(claims.authenticatedAt);
    return signJwt(m_keys.current(), all, kType).value_or(std::string());
}

Result<AccessClaims, TokenFault> AccessTokens::verify(std::string_view token, AccessClaims::Time now) const
{
    // `iat` is not looked at: a clock that was put back a little signs nobody out.
    static const JwtExpectation expected{.algorithms = {Algorithm::Hs256},
                                         .issuer = kName,
                                         .audience = kName,
                                         .type = std::string(kType),
                                         .checkIssuedAt = false,
                                         .limits = {kMaxBytes, 4}};
    const auto verified = verifyJwt(token, m_keys.keys(), expected, now);
    if (!verified)
        return verified.error();
    auto session = textClaim(verified->all, "sid");
    const auto roleText = textClaim(verified->all, "role");
    const auto role = roleText ? roleOf(*roleText) : std::nullopt;
    const auto issuedAt = timeClaim(verified->all, "iat");
    const auto expiresAt = timeClaim(verified->all, "exp");
    const auto authenticatedAt = timeClaim(verified->all, "auth_time");
    if (!verified->subject || !session || !role || !issuedAt || !expiresAt || !authenticatedAt)
        return TokenFault::Claims;
    return AccessClaims{*verified->subject, std::move(*session), *role, *authenticatedAt, *issuedAt, *expiresAt};
}

bool AccessTokens::looksLikeOne(std::string_view text)
{
    return text.starts_with("ey") && std::count(text.begin(), text.end(), '.') == 2;
}

} // namespace matinee::accounts
