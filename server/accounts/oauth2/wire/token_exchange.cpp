#include "accounts/oauth2/wire/token_exchange.h"

#include "accounts/wire/strict_json.h"

#include <boost/json/serialize.hpp>
#include <sodium.h>

#include <algorithm>
#include <array>

namespace matinee::accounts::oauth2 {

namespace {

namespace json = boost::json;

bool isVisible(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

std::string_view refusalCode(std::string_view code)
{
    constexpr std::array<std::string_view, 9> known{
        "invalid_request",        "invalid_client", "invalid_grant",         "unauthorized_client",
        "unsupported_grant_type", "invalid_scope",  "bad_verification_code", "incorrect_client_credentials",
        "redirect_uri_mismatch"};
    const auto *const found = std::find(known.begin(), known.end(), code);
    return found == known.end() ? std::string_view("other") : *found;
}

bool isBearer(std::string_view type)
{
    constexpr std::string_view bearer = "bearer";
    return std::equal(type.begin(), type.end(), bearer.begin(), bearer.end(),
                      [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

/// Feishu's sign of a failure besides `error`: a number other than 0.
bool hasFailureNumber(const json::object &answer)
{
    const auto *code = answer.if_contains("code");
    return code && code->is_number() && code->to_number<double>() != 0;
}

} // namespace

Parameters tokenParameters(const TokenRequest &request, bool withSecret)
{
    Parameters parameters{{"grant_type", "authorization_code"},
                          {"code", request.code},
                          {"redirect_uri", request.redirectUri},
                          {"client_id", request.clientId},
                          {"code_verifier", request.verifier}};
    if (withSecret && !request.clientSecret.empty())
        parameters.emplace_back("client_secret", request.clientSecret);
    return parameters;
}

std::string tokenJson(const TokenRequest &request)
{
    json::object object;
    for (const auto &[name, value] : tokenParameters(request, true))
        object[name] = value;
    return json::serialize(object);
}

std::string basicCredential(std::string_view clientId, std::string_view clientSecret)
{
    const std::string plain = percentEncoded(clientId) + ":" + percentEncoded(clientSecret);
    std::string encoded(sodium_base64_encoded_len(plain.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(encoded.data(), encoded.size(), reinterpret_cast<const unsigned char *>(plain.data()), plain.size(),
                      sodium_base64_VARIANT_ORIGINAL);
    encoded.resize(encoded.find('\0'));
    return "Basic " + encoded;
}

bool isCode(std::string_view text)
{
    return !text.empty() && text.size() <= kMostCodeBytes && isVisible(text);
}

Result<Tokens, TokenRefusal> parseTokenAnswer(std::string_view text)
{
    const auto answer = strictObject(text, {.bytes = kMostTokenAnswerBytes, .depth = 16});
    if (!answer)
        return TokenRefusal{};
    if (answer->contains("error") || hasFailureNumber(*answer)) {
        const auto *code = textMember(*answer, "error");
        return TokenRefusal{TokenRefusal::Refused, refusalCode(code ? std::string_view(*code) : std::string_view())};
    }
    const auto *access = textMember(*answer, "access_token");
    if (!access || access->empty() || access->size() > kMostTokenBytes || !isVisible(*access))
        return TokenRefusal{};
    if (answer->contains("token_type")) { // QQ leaves it out
        const auto *type = textMember(*answer, "token_type");
        if (!type || !isBearer(*type))
            return TokenRefusal{};
    }
    Tokens tokens;
    tokens.access = std::string(*access);
    if (answer->contains("id_token")) {
        const auto *idToken = textMember(*answer, "id_token");
        if (!idToken || idToken->size() > kMostTokenBytes)
            return TokenRefusal{};
        tokens.idToken = std::string(*idToken);
    }
    return tokens;
}

} // namespace matinee::accounts::oauth2
