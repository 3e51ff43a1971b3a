#include "accounts/playback_tokens.h"

#include "accounts/secrets.h"

#include <boost/json.hpp>
#include <sodium.h>

#include <array>
#include <cmath>
#include <optional>

namespace matinee::accounts {

namespace {

namespace json = boost::json;

constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";

std::string encoded(std::string_view bytes)
{
    std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size(),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    text.pop_back(); // its zero
    return text;
}

/// An object of JSON in base64url, or nothing.
std::optional<json::object> objectOf(std::string_view text)
{
    std::string bytes(text.size(), '\0'); // long enough: four characters hold three bytes
    std::size_t size = 0;
    const bool decoded = sodium_base642bin(reinterpret_cast<unsigned char *>(bytes.data()), bytes.size(), text.data(), text.size(), nullptr,
                                           &size, nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;
    if (!decoded)
        return std::nullopt;
    json::parse_options options;
    options.max_depth = 4;
    boost::system::error_code error;
    auto value = json::parse(std::string_view(bytes).substr(0, size), error, {}, options);
    if (error || !value.is_object())
        return std::nullopt;
    return std::move(value.as_object());
}

/// Seconds since 1970, which may have a fraction (RFC 7519, NumericDate).
std::optional<double> date(const json::object &claims, std::string_view name)
{
    const auto *value = claims.if_contains(name);
    if (!value || !value->is_number())
        return std::nullopt;
    const auto number = value->to_number<double>();
    return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

bool isText(const json::object &object, std::string_view name, std::string_view expected)
{
    const auto *value = object.if_contains(name);
    return value && value->is_string() && std::string_view(value->as_string()) == expected;
}

} // namespace

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

PlaybackTokens::PlaybackTokens(std::string secret) : m_secret(std::move(secret)) {}

std::string PlaybackTokens::signature(std::string_view signedPart) const
{
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char *>(m_secret.data()), m_secret.size());
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char *>(signedPart.data()), signedPart.size());
    crypto_auth_hmacsha256_final(&state, mac.data());
    sodium_memzero(&state, sizeof state);
    return encoded({reinterpret_cast<const char *>(mac.data()), mac.size()});
}

std::string PlaybackTokens::make(std::string_view stream, Time expiresAt) const
{
    json::object claims;
    claims["sub"] = stream;
    claims["exp"] = std::chrono::duration_cast<std::chrono::seconds>(expiresAt.time_since_epoch()).count();
    std::string token = encoded(kHeader) + "." + encoded(json::serialize(claims));
    token += "." + signature(token);
    return token;
}

Result<void, TokenRefusal> PlaybackTokens::verify(std::string_view token, std::string_view stream, Time now) const
{
    const auto first = token.find('.');
    const auto last = token.rfind('.');
    if (m_secret.empty() || token.size() > kMaxBytes || first == std::string_view::npos || first == last)
        return TokenRefusal::Forged;
    if (!equalSecrets(token.substr(last + 1), signature(token.substr(0, last))))
        return TokenRefusal::Forged;
    const auto header = objectOf(token.substr(0, first));
    const auto claims = objectOf(token.substr(first + 1, last - first - 1));
    // RFC 8725, 3.1: the algorithm is ours to choose. RFC 7515, 4.1.11: what is critical and not understood is refused.
    if (!header || !claims || !isText(*header, "alg", "HS256") || header->contains("crit"))
        return TokenRefusal::Forged;
    const auto expires = date(*claims, "exp");
    const auto *subject = claims->if_contains("sub");
    if (!expires || !subject || !subject->is_string())
        return TokenRefusal::Forged;
    if (claims->contains("nbf") && !date(*claims, "nbf"))
        return TokenRefusal::Forged;
    const double time = std::chrono::duration<double>(now.time_since_epoch()).count();
    if (time >= *expires || time < date(*claims, "nbf").value_or(time))
        return TokenRefusal::Expired;
    if (!isText(*claims, "sub", stream))
        return TokenRefusal::OtherStream;
    return {};
}

} // namespace matinee::accounts
