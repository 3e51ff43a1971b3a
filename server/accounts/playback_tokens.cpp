#include "accounts/playback_tokens.h"

#include "accounts/wire/jwt.h"

namespace matinee::accounts {

std::string_view tokenRefusalName(TokenRefusal refusal)
{
    switch (refusal) {
    case TokenRefusal::Forged:
        return "forged";
    case TokenRefusal::Expired:
        return "expired";
    case TokenRefusal::OtherStream:
        return "other_stream";
    }
    return "forged";
}

PlaybackTokens::PlaybackTokens(const std::string &secret)
{
    // Without a name: an operator's own program may put any `kid`, or none.
    if (auto key = Key::hmac(bytesOf(secret)))
        m_keys = *KeySet::create({NamedKey{{}, std::move(*key), {}}});
}

std::string PlaybackTokens::make(std::string_view stream, Time expiresAt) const
{
    if (m_keys.keys().empty())
        return {};
    boost::json::object claims;
    claims["sub"] = stream;
    claims["exp"] = numericDate(expiresAt);
    return signJwt(m_keys.keys().front(), claims).value_or(std::string());
}

Result<void, TokenRefusal> PlaybackTokens::verify(std::string_view token, std::string_view stream, Time now) const
{
    // `iat` is not looked at: the clock of the program that makes tokens may be a little ahead of ours.
    static const JwtExpectation expected{.algorithms = {Algorithm::Hs256}, .checkIssuedAt = false, .limits = {kMaxBytes, 4}};
    const auto claims = verifyJwt(token, m_keys, expected, now);
    if (!claims) {
        const bool isTime = claims.error() == TokenFault::Expired || claims.error() == TokenFault::NotYet;
        return isTime ? TokenRefusal::Expired : TokenRefusal::Forged;
    }
    if (!claims->subject)
        return TokenRefusal::Forged;
    if (*claims->subject != stream)
        return TokenRefusal::OtherStream;
    return {};
}

} // namespace matinee::accounts
