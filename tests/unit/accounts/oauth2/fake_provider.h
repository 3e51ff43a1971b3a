// An OpenID provider that answers within the test, and a GitHub beside it.
#pragma once

#include "accounts/oauth2/providers.h"
#include "accounts/oauth2/wire/pkce.h"
#include "accounts/oauth2/wire/token_exchange.h"
#include "accounts/wire/jwk.h"
#include "accounts/wire/jwt.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <map>

namespace matinee::accounts::oauth2 {

class FakeProvider
{
public:
    static constexpr const char *kIssuer = "https://login.example.org";

    explicit FakeProvider(SystemTime now) : m_now(now) {}

    /// What a browser does there: it comes back with a code.
    struct Answer
    {
        std::string state;
        std::string code;
    };
    Answer visit(const std::string &address, const std::string &subject, const std::string &name)
    {
        const auto query = parseForm(std::string_view(address).substr(address.find('?') + 1));
        Answer answer{std::string(valueOf(*query, "state")), "code-" + std::to_string(++m_visits)};
        m_codes[answer.code] = {subject, name, std::string(valueOf(*query, "nonce")), std::string(valueOf(*query, "code_challenge")),
                                std::string(valueOf(*query, "redirect_uri"))};
        return answer;
    }

    Task<Result<net::HttpAnswer>> fetch(net::HttpRequest request)
    {
        ++fetched[request.address.substr(0, request.address.find('?'))];
        if (isAway)
            co_return Result<net::HttpAnswer>(fail(ErrorCode::Unavailable, "nobody there"));
        co_return Result<net::HttpAnswer>(net::HttpAnswer{200, answerTo(request)});
    }

    NamedKey key{"k1", *Key::p256Private(Bytes(32, 7)), {}};
    std::string issuer = kIssuer; ///< As its tokens say.
    std::string email{};          ///< Of everybody.
    bool isEmailVerified = true;
    bool isAway = false;
    bool isCodeGoodForEver = false; ///< A provider that does not look.
    std::map<std::string, int> fetched;

private:
    struct Visit
    {
        std::string subject, name, nonce, challenge, redirectUri;
    };

    std::string answerTo(const net::HttpRequest &request)
    {
        if (request.address == std::string(kIssuer) + "/.well-known/openid-configuration")
            return R"({"issuer":"https://login.example.org","authorization_endpoint":"https://login.example.org/auth",)"
                   R"("token_endpoint":"https://login.example.org/token","jwks_uri":"https://login.example.org/jwks",)"
                   R"("authorization_response_iss_parameter_supported":true,"code_challenge_methods_supported":["S256"]})";
        if (request.address == "https://login.example.org/jwks")
            return boost::json::serialize(boost::json::object{{"keys", boost::json::array{publicJwk(key)}}});
        if (request.address == "https://login.example.org/token" || request.address == "https://github.com/login/oauth/access_token")
            return tokenAnswer(request);
        if (request.address == "https://api.github.com/user")
            return boost::json::serialize(boost::json::object{{"id", std::stoll(m_last.subject)}, {"login", m_last.name}});
        return "[]";
    }
    std::string tokenAnswer(const net::HttpRequest &request)
    {
        const auto form = parseForm(request.body);
        const auto found = m_codes.find(std::string(valueOf(*form, "code")));
        const bool isGood = found != m_codes.end() && challengeOf(valueOf(*form, "code_verifier")) == found->second.challenge &&
                            valueOf(*form, "redirect_uri") == found->second.redirectUri;
        if (!isGood)
            return R"({"error":"invalid_grant"})";
        m_last = found->second;
        if (!isCodeGoodForEver)
            m_codes.erase(found);
        boost::json::object answer{{"access_token", "at"}, {"token_type", "Bearer"}};
        if (!m_last.nonce.empty()) {
            boost::json::object claims{{"iss", issuer},
                                       {"sub", m_last.subject},
                                       {"aud", "matinee"},
                                       {"nonce", m_last.nonce},
                                       {"iat", numericDate(m_now)},
                                       {"exp", numericDate(m_now) + 300},
                                       {"preferred_username", m_last.name}};
            if (!email.empty()) {
                claims["email"] = email;
                claims["email_verified"] = isEmailVerified;
            }
            answer["id_token"] = *signJwt(key, claims);
        }
        return boost::json::serialize(answer);
    }

    const SystemTime m_now;
    int m_visits = 0;
    std::map<std::string, Visit> m_codes;
    Visit m_last;
};

} // namespace matinee::accounts::oauth2
