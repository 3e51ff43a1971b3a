#include "accounts/refresh_tokens.h"

#include "accounts/secrets.h"
#include "accounts/wire/base64url.h"
#include "accounts/wire/digest.h"

#include <charconv>
#include <limits>

namespace matinee::accounts {

namespace {

constexpr std::string_view kPrefix = "mtr_";

/// "SESSION.GENERATION"
std::string bodyOf(const RefreshToken &token)
{
    return token.sessionId + "." + std::to_string(token.generation);
}

} // namespace

std::string RefreshTokens::make(const RefreshToken &token) const
{
    const std::string body = bodyOf(token);
    return std::string(kPrefix) + body + "." + base64url(hmac(HmacHash::Sha256, m_key, bytesOf(body)));
}

std::optional<RefreshToken> RefreshTokens::parse(std::string_view text) const
{
    if (text.size() > kMaxBytes || !text.starts_with(kPrefix))
        return std::nullopt;
    const std::string_view rest = text.substr(kPrefix.size());
    const auto firstDot = rest.find('.');
    const auto secondDot = firstDot == std::string_view::npos ? firstDot : rest.find('.', firstDot + 1);
    if (firstDot == 0 || secondDot == std::string_view::npos || !isKeyText(rest.substr(0, firstDot)))
        return std::nullopt;
    const std::string_view number = rest.substr(firstDot + 1, secondDot - firstDot - 1);
    RefreshToken token{std::string(rest.substr(0, firstDot)), 0};
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), token.generation);
    // As the database holds it: a signed number.
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (error != std::errc() || end != number.data() + number.size() || token.generation >= most)
        return std::nullopt;
    // Of the one spelling that we write: leading zeros do not pass.
    if (!equalSecrets(make(token), text))
        return std::nullopt;
    return token;
}

RefreshVerdict judgeRefresh(std::uint64_t presented, const RefreshState &state, RefreshState::Time now)
{
    if (now >= state.expiresAt)
        return RefreshVerdict::Expired;
    if (presented == state.generation)
        return RefreshVerdict::Rotate;
    if (presented > state.generation)
        return RefreshVerdict::Ahead;
    const bool isTheOneBefore = presented + 1 == state.generation;
    return isTheOneBefore && now - state.rotatedAt < kRefreshGrace ? RefreshVerdict::SameAgain : RefreshVerdict::Stolen;
}

} // namespace matinee::accounts
