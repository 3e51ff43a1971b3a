// Signing in by accounts at other services, wired: the settings of the providers, the calls to them, and who is in the middle of it. A part
// of Core.
#pragma once

#include "accounts/oauth2/sign_in.h"
#include "app/accounts.h"
#include "http/router.h"
#include "net/http_client.h"

#include "common/settings/snapshot.h"

namespace matinee::app {

struct OAuth2
{
    /// `webAddress` is asked while it runs.
    OAuth2(store::Store &store, Accounts &accounts, const settings::Snapshot &settings, std::function<std::string()> webAddress,
           observe::Metrics *metrics);
    OAuth2(const OAuth2 &) = delete;
    OAuth2 &operator=(const OAuth2 &) = delete;

    /// All of oauth2.* may change while the server runs.
    void apply(const settings::Snapshot &settings);

    net::HttpClient http;
    accounts::oauth2::Providers providers;
    accounts::oauth2::SignIn signIn;
};

/// Those that are set up, in the order of the settings. One that lacks something is left out (`matinee config validate` says what).
[[nodiscard]] std::vector<accounts::oauth2::Provider> oauth2Providers(const settings::Snapshot &settings);

/// POST /oauth2/form/{provider}: where a provider sends its answer as a form, from its own page, so without our cookies. The browser is
/// sent on to the page that all others come back to.
void addOAuth2Form(http::Router &router);

} // namespace matinee::app
