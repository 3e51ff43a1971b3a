#include "app/oauth2.h"

#include "accounts/oauth2/wire/url_text.h"

#include "common/settings/declarations.h"

namespace matinee::app {

namespace {

constexpr std::size_t kMostFormBytes = std::size_t{16} << 10;

net::HttpClientOptions httpOptions(const settings::Snapshot &settings)
{
    net::HttpClientOptions options;
    if (auto allowed = net::AddressList::parse(settings.get(settings::oauth2AllowAddresses)))
        options.allowed = std::move(*allowed); // checked when it was loaded
    options.caFile = settings.get(settings::oauth2CaFile);
    return options;
}

/// The address that the browser goes on to; nothing for a form that is no answer of a provider.
std::optional<std::string> onward(const http::Request &request)
{
    using namespace accounts::oauth2;
    const auto provider = request.parameters.find("provider");
    const Preset *preset = provider == request.parameters.end() ? nullptr : findPreset(provider->second);
    if (!preset || !preset->sendsForm || !request.header("content-type").starts_with("application/x-www-form-urlencoded"))
        return std::nullopt;
    const auto form = parseForm(request.body);
    if (!form)
        return std::nullopt;
    Parameters kept;
    for (const char *name : {"state", "code", "iss", "error"})
        if (const auto value = valueOf(*form, name); !value.empty())
            kept.emplace_back(name, value);
    return withQuery("/oauth2/callback/" + std::string(preset->id), kept);
}

} // namespace

std::vector<accounts::oauth2::Provider> oauth2Providers(const settings::Snapshot &settings)
{
    std::vector<accounts::oauth2::Provider> providers;
    for (const settings::OAuth2Provider &setting : settings::oauth2Providers) {
        accounts::oauth2::Provider provider;
        provider.preset = accounts::oauth2::findPreset(setting.id);
        provider.clientId = settings.get(setting.clientId);
        if (!provider.preset || provider.clientId.empty())
            continue;
        provider.clientSecret = settings.get(setting.clientSecret);
        provider.issuer = setting.issuer ? settings.get(*setting.issuer) : std::string(provider.preset->issuer);
        provider.name = setting.name ? settings.get(*setting.name) : std::string();
        if (provider.name.empty())
            provider.name = provider.preset->name;
        provider.teamId = setting.teamId ? settings.get(*setting.teamId) : std::string();
        provider.keyId = setting.keyId ? settings.get(*setting.keyId) : std::string();
        provider.enableSignup = settings.get(setting.enableSignup);
        provider.signupNeedReview = settings.get(setting.signupNeedReview);
        provider.allowedRedirects = settings.get(setting.allowedRedirects);
        if (!provider.issuer.empty())
            providers.push_back(std::move(provider));
    }
    return providers;
}

OAuth2::OAuth2(store::Store &store, Accounts &accounts, const settings::Snapshot &settings, std::function<std::string()> webAddress,
               observe::Metrics *metrics)
    : http(httpOptions(settings), metrics),
      providers([this](net::HttpRequest request) { return http.fetch(std::move(request)); }),
      signIn(
          store, accounts.sessions, providers, std::move(webAddress), [&accounts] { return accounts.signUpMode.load(); },
          [&accounts](store::Transaction &tx, const store::UserRow &user) -> Result<bool> {
              const auto own = accounts::ownFactors(tx, user, accounts.factors);
              if (!own)
                  return own.error();
              return own->hasWayIn();
          },
          metrics)
{
    accounts.isProviderUsable = [this](const std::string &provider) { return providers.find(provider) != nullptr; };
    providers.set(oauth2Providers(settings));
    signIn.setKeepAddress([&accounts](store::Transaction &tx, const std::string &userId, const std::string &address,
                                      accounts::SystemTime now) { return accounts.mailAddresses.addVouchedIn(tx, userId, address, now); });
}

void OAuth2::apply(const settings::Snapshot &settings)
{
    http.setOptions(httpOptions(settings));
    providers.set(oauth2Providers(settings));
}

void addOAuth2Form(http::Router &router)
{
    const auto handler = [](http::Exchange &exchange) -> Task<void> {
        const auto address = onward(exchange.request());
        http::Response response;
        if (address) {
            response.status = 303;
            response.headers.emplace_back("Location", *address);
            response.headers.emplace_back("Cache-Control", "no-store");
            response.headers.emplace_back("Referrer-Policy", "no-referrer");
        } else {
            response = http::problem(fail(ErrorCode::InvalidArgument, "This is no answer of a provider of sign-in."),
                                     exchange.request().requestId);
        }
        co_await exchange.respond(std::move(response));
    };
    router.add(http::Method::Post, "/oauth2/form/{provider}", handler, {.maxBodyBytes = kMostFormBytes, .name = "oauth2_form"});
}

} // namespace matinee::app
