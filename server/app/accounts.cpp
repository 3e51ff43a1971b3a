#include "app/accounts.h"

#include "accounts/server_keys.h"
#include "observe/log.h"

#include "common/settings/declarations.h"

namespace matinee::app {

namespace {

accounts::SignUpMode signUpMode(const settings::Snapshot &settings)
{
    return accounts::signUpModeOf(settings.get(settings::accountsSignUp));
}

} // namespace

Accounts::Accounts(store::Store &store, const settings::Snapshot &settings, observe::Metrics *metrics)
    : setup(accounts::serverSetupOf(settings.get(settings::securityOpaqueServerSetupSecret))),
      sessions(store, settings.get(settings::jwtSecret), metrics),
      passwords(store, setup, guessGuard, sessions, metrics),
      signUpMode(app::signUpMode(settings)),
      signUps(
          store, setup, sessions, [this] { return signUpMode.load(); }, metrics),
      people(store, sessions)
{
}

void Accounts::apply(const settings::Snapshot &settings)
{
    signUpMode = app::signUpMode(settings);
}

Task<void> sweepAccounts(Accounts &accounts)
{
    const Result<std::uint32_t> swept = co_await accounts.sessions.sweep(std::chrono::system_clock::now());
    if (!swept)
        log::warn("accounts", "Sessions whose time is over could not be removed: {}", swept.error().message);
}

} // namespace matinee::app
