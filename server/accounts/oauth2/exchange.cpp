#include "accounts/oauth2/exchange.h"

#include "accounts/oauth2/client_credential.h"
#include "accounts/oauth2/wire/id_token.h"
#include "accounts/oauth2/wire/token_exchange.h"
#include "observe/log.h"

namespace matinee::accounts::oauth2 {

namespace {

using Person = Result<RemotePerson, ExchangeFailure>;

ExchangeFailure away(const Provider &provider)
{
    return {"away", providerAway(provider)};
}

/// The log says why, people that it did not work.
ExchangeFailure notAccepted(const Provider &provider, std::string_view step, std::string_view why)
{
    log::warn("oauth2", "A sign-in by {} (oauth2.{}) failed at the {}: {}", provider.name, provider.id(), step, why);
    return {step, fail(ErrorCode::Unauthenticated, "The sign-in by " + provider.name + " did not work. Begin it anew.")};
}

net::HttpRequest tokenRequest(const Provider &provider, const Metadata &metadata, const TokenRequest &asked)
{
    net::HttpRequest request;
    request.address = metadata.tokenEndpoint;
    request.mostBytes = kMostTokenAnswerBytes;
    request.headers.emplace_back("Accept", "application/json");
    if (provider.preset->shape == Shape::Qq) { // documents GET alone, and a form as the answer unless asked
        Parameters parameters = tokenParameters(asked, true);
        parameters.emplace_back("fmt", "json");
        request.address = withQuery(request.address, parameters);
        return request;
    }
    request.isPost = true;
    if (provider.preset->shape == Shape::Feishu) {
        request.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
        request.body = tokenJson(asked);
        return request;
    }
    const bool hasSecret = !asked.clientSecret.empty();
    request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    request.body = formText(tokenParameters(asked, metadata.takesSecretInBody));
    if (hasSecret && !metadata.takesSecretInBody)
        request.headers.emplace_back("Authorization", basicCredential(asked.clientId, asked.clientSecret));
    return request;
}

net::HttpRequest withToken(std::string_view address, const std::string &token)
{
    net::HttpRequest request;
    request.address = address;
    request.mostBytes = kMostUserInfoBytes;
    request.headers.emplace_back("Accept", "application/json");
    request.headers.emplace_back("Authorization", "Bearer " + token);
    return request;
}

/// As Gitee and QQ have it.
net::HttpRequest withTokenInQuery(std::string_view address, Parameters parameters, const std::string &token)
{
    parameters.emplace_back("access_token", token);
    net::HttpRequest request;
    request.address = withQuery(address, parameters);
    request.mostBytes = kMostUserInfoBytes;
    request.headers.emplace_back("Accept", "application/json");
    return request;
}

/// The body of a good answer.
Task<Result<std::string, ExchangeFailure>> bodyOf(Providers &providers, ProviderPtr provider, net::HttpRequest request)
{
    using Body = Result<std::string, ExchangeFailure>;
    Result<net::HttpAnswer> answer = co_await providers.fetch(std::move(request));
    if (!answer) {
        log::warn("oauth2", "{} (oauth2.{}) cannot be asked about a person: {}", provider->name, provider->id(), answer.error().message);
        co_return Body(away(*provider));
    }
    if (answer->status != 200)
        co_return Body(notAccepted(*provider, "user_info", "HTTP status " + std::to_string(answer->status)));
    co_return Body(boost::system::in_place_value, std::move(answer->body)); // a failure could be made of text as well
}

Task<Result<Tokens, ExchangeFailure>> tokensFor(Providers &providers, ProviderPtr provider, Metadata metadata, CodeExchange exchange,
                                                SystemTime now)
{
    using Got = Result<Tokens, ExchangeFailure>;
    auto secret = clientSecretOf(*provider, now);
    if (!secret) {
        log::error("oauth2", "oauth2.{}.client_secret is no private key for {}.", provider->id(), provider->name);
        co_return Got(away(*provider));
    }
    const TokenRequest asked{exchange.code, exchange.redirectUri, provider->clientId, std::move(*secret), exchange.verifier};
    net::HttpRequest request = tokenRequest(*provider, metadata, asked);
    Result<net::HttpAnswer> answer = co_await providers.fetch(std::move(request));
    if (!answer) {
        log::warn("oauth2", "{} (oauth2.{}) cannot be asked for a token: {}", provider->name, provider->id(), answer.error().message);
        co_return Got(away(*provider));
    }
    auto tokens = parseTokenAnswer(answer->body);
    if (!tokens && tokens.error().kind == TokenRefusal::Refused)
        co_return Got(notAccepted(*provider, "token", tokens.error().code));
    if (!tokens || answer->status != 200)
        co_return Got(notAccepted(*provider, "token", "HTTP status " + std::to_string(answer->status) + " with an answer that is none"));
    co_return Got(std::move(*tokens));
}

Task<Person> personOfOpenId(Providers &providers, ProviderPtr provider, Metadata metadata, Tokens tokens, std::string nonce, SystemTime now)
{
    if (tokens.idToken.empty())
        co_return Person(notAccepted(*provider, "id_token", "there is none"));
    const IdTokenExpectation expected{metadata.issuer, provider->clientId, nonce, metadata.isOfAnyTenant};
    Result<KeySet> keys = co_await providers.keys(provider, metadata, false, now);
    if (!keys)
        co_return Person(away(*provider));
    auto idToken = verifyIdToken(tokens.idToken, *keys, expected, now);
    if (!idToken && idToken.error().isUnknownKey) { // the provider may have a new one
        Result<KeySet> newer = co_await providers.keys(provider, metadata, true, now);
        if (!newer)
            co_return Person(away(*provider));
        idToken = verifyIdToken(tokens.idToken, *newer, expected, now);
    }
    if (!idToken)
        co_return Person(notAccepted(*provider, "id_token", idToken.error().why));
    auto user = userOfClaims(idToken->claims.all);
    if (!user)
        co_return Person(notAccepted(*provider, "id_token", userInfoFaultText(user.error())));
    const std::string sub = user->subject;
    user->subject = idToken->subject;
    if (user->name.empty() && !metadata.userInfoEndpoint.empty()) {
        net::HttpRequest request = withToken(metadata.userInfoEndpoint, tokens.access);
        Result<std::string, ExchangeFailure> body = co_await bodyOf(providers, provider, std::move(request));
        if (!body)
            co_return Person(body.error());
        auto more = userOfOpenId(*body, sub);
        if (!more)
            co_return Person(notAccepted(*provider, "user_info", userInfoFaultText(more.error())));
        user->name = std::move(more->name);
        if (user->email.empty()) {
            user->email = std::move(more->email);
            user->isEmailVerified = more->isEmailVerified;
        }
    }
    co_return Person(RemotePerson{std::move(*user), metadata.issuer});
}

Task<Person> personOfQq(Providers &providers, ProviderPtr provider, std::string token)
{
    net::HttpRequest first = withTokenInQuery(provider->preset->moreInfo, {{"fmt", "json"}}, token);
    Result<std::string, ExchangeFailure> who = co_await bodyOf(providers, provider, std::move(first));
    if (!who)
        co_return Person(who.error());
    const auto openId = openIdOfQq(*who, provider->clientId);
    if (!openId)
        co_return Person(notAccepted(*provider, "user_info", userInfoFaultText(openId.error())));
    Parameters parameters{{"oauth_consumer_key", provider->clientId}, {"openid", *openId}};
    net::HttpRequest second = withTokenInQuery(provider->preset->userInfo, std::move(parameters), token);
    Result<std::string, ExchangeFailure> body = co_await bodyOf(providers, provider, std::move(second));
    if (!body)
        co_return Person(body.error());
    auto user = userOfQq(*body, *openId);
    if (!user)
        co_return Person(notAccepted(*provider, "user_info", userInfoFaultText(user.error())));
    co_return Person(RemotePerson{std::move(*user), provider->issuer});
}

Result<RemoteUser, UserInfoFault> userOfShape(Shape shape, std::string_view body)
{
    switch (shape) {
    case Shape::GitHub:
        return userOfGitHub(body);
    case Shape::Discord:
        return userOfDiscord(body);
    case Shape::Gitee:
        return userOfGitee(body);
    case Shape::Feishu:
        return userOfFeishu(body);
    case Shape::OpenId:
    case Shape::Qq:
        break;
    }
    return UserInfoFault::Malformed; // these two take more than one question
}

Task<Person> personOfToken(Providers &providers, ProviderPtr provider, std::string token)
{
    const Preset &preset = *provider->preset;
    net::HttpRequest request =
        preset.shape == Shape::Gitee ? withTokenInQuery(preset.userInfo, {}, token) : withToken(preset.userInfo, token);
    Result<std::string, ExchangeFailure> body = co_await bodyOf(providers, provider, std::move(request));
    if (!body)
        co_return Person(body.error());
    auto user = userOfShape(preset.shape, *body);
    if (!user)
        co_return Person(notAccepted(*provider, "user_info", userInfoFaultText(user.error())));
    if (preset.shape == Shape::GitHub) {
        net::HttpRequest addresses = withToken(preset.moreInfo, token);
        Result<net::HttpAnswer> answer = co_await providers.fetch(std::move(addresses));
        // Who did not allow us to see them is known by their number all the same.
        if (answer && answer->status == 200)
            (void)addGitHubEmail(answer->body, *user);
    }
    co_return Person(RemotePerson{std::move(*user), provider->issuer});
}

} // namespace

Task<Result<RemotePerson, ExchangeFailure>> exchangeCode(Providers &providers, ProviderPtr provider, CodeExchange exchange, SystemTime now)
{
    Result<Metadata> metadata = co_await providers.metadata(provider, now);
    if (!metadata)
        co_return Person(away(*provider));
    Result<Tokens, ExchangeFailure> tokens = co_await tokensFor(providers, provider, *metadata, exchange, now);
    if (!tokens)
        co_return Person(tokens.error());
    if (provider->isOpenId())
        co_return co_await personOfOpenId(providers, provider, *metadata, std::move(*tokens), exchange.nonce, now);
    if (provider->preset->shape == Shape::Qq)
        co_return co_await personOfQq(providers, provider, std::move(tokens->access));
    co_return co_await personOfToken(providers, provider, std::move(tokens->access));
}

} // namespace matinee::accounts::oauth2
