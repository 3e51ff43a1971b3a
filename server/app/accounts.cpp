#include "app/accounts.h"

#include "accounts/server_keys.h"
#include "app/relying_party.h"
#include "app/signing_key_file.h"
#include "observe/log.h"
#include "relay/credential_box.h"
#include "store/audit.h"
#include "store/identities.h"

#include "common/settings/declarations.h"

#include <algorithm>

namespace matinee::app {

namespace {

accounts::SignUpMode signUpMode(const settings::Snapshot &settings)
{
    return accounts::signUpModeOf(settings.get(settings::accountsSignUp));
}

/// What cannot work has stopped the start before (app/serve.cpp).
accounts::RelyingParty partyOf(const settings::Snapshot &settings)
{
    auto party = relyingParty(settings);
    return party ? std::move(*party) : accounts::RelyingParty();
}

/// A way into the account by another service.
Result<bool> hasUsableIdentity(store::Transaction &tx, const store::UserRow &user, const std::function<bool(const std::string &)> &isUsable)
{
    const auto identities = store::listIdentitiesOfUser(tx, user.id);
    if (!identities)
        return identities.error();
    return isUsable && std::any_of(identities->begin(), identities->end(), [&](const auto &row) { return isUsable(row.provider); });
}

accounts::SecretSeal sealOf(const settings::Snapshot &settings)
{
    const auto box = std::make_shared<const relay::CredentialBox>(settings.get(settings::securityCredentialEncryptionKey));
    return {[box](std::string_view text, std::string_view place) { return box->seal(text, place); },
            [box](std::string_view sealed, std::string_view place) { return box->open(sealed, place); }};
}

/// An episode of credential stuffing is counted and noted as it begins.
accounts::WatchingGuessGuard::Report reportTo(store::Store &store, observe::Metrics *metrics)
{
    observe::Counter ofAddress, ofAccount;
    if (metrics) {
        const auto counter = [&](const char *kind) {
            return metrics->counter("matinee_credential_stuffing_total",
                                    "Episodes of many accounts tried from one address, and of one account tried from many addresses",
                                    {{"kind", kind}});
        };
        ofAddress = counter("one_address");
        ofAccount = counter("one_account");
    }
    return [&store, ofAddress, ofAccount](const accounts::StuffingEpisode &episode, const accounts::Guess &guess,
                                          accounts::GuessGuard::Time now) mutable {
        const bool isAddress = episode.kind == accounts::StuffingEpisode::Kind::OneAddress;
        (isAddress ? ofAddress : ofAccount).add();
        store::AuditEntry entry;
        entry.at = now;
        entry.actor = "guard";
        entry.action = "guard.credential_stuffing";
        entry.target = episode.whom;
        entry.detail =
            std::to_string(episode.count) + (isAddress ? " accounts tried from this address" : " addresses have tried this account");
        entry.address = guess.address;
        store.writeLater([entry](store::Transaction &tx) { return store::appendAudit(tx, entry); });
    };
}

} // namespace

Accounts::Accounts(store::Store &store, const settings::Snapshot &settings, Mail &mail, observe::Metrics *metrics)
    : setup(accounts::serverSetupOf(settings.get(settings::securityOpaqueServerSetupSecret))),
      relyingParty(partyOf(settings)),
      factors(relyingParty.id, settings.get(settings::accountsRequireSecondFactor), [&mail] { return mail.allowsCodes(); }),
      guessGuard(guessLimits, reportTo(store, metrics)),
      sessions(store, settings.get(settings::jwtSecret), metrics, factors),
      passwords(store, setup, guessGuard, sessions, metrics),
      signUpMode(app::signUpMode(settings)),
      signUps(
          store, setup, sessions, [this] { return signUpMode.load(); }, metrics),
      people(store, sessions),
      invitations(store, sealOf(settings)),
      profiles(store),
      passkeys(store, sessions, relyingParty, factors, metrics,
               [this](store::Transaction &tx, const store::UserRow &user) { return hasUsableIdentity(tx, user, isProviderUsable); }),
      codes(store, sessions, sealOf(settings), codeGuard, factors, settings.get(settings::serverName), metrics),
      mailCodes(store, mail.letters, sealOf(settings), factors),
      secondFactor(store, sessions, passkeys, codes, metrics, &mailCodes),
      stepUp(store, passwords, passkeys, codes, factors, metrics, &mailCodes),
      securityLetters(mail.security),
      mailAddresses(store, sessions, factors, mail.letters, mail.security, [&mail] { return mail.rules(); }),
      passwordReset(store, mail.letters, metrics),
      guests(accounts::guestKeysOf(settings.get(settings::jwtSecret))),
      directSignIn(passwords),
      allowDirectPassword(settings.get(settings::accountsAllowDirectPassword)),
      signingSecret(settings.get(settings::jwtSecret))
{
    guests.setAllowed(settings.get(settings::accountsAllowGuests));
    signUps.setMailAddresses(&mailAddresses);
    sessions.setWitness({[&mail](const store::UserRow &user, const store::SessionRow &session, accounts::SystemTime now) {
                             mail.security.signedIn(user, session, now);
                         },
                         [&mail](const store::SessionRow &session, const std::string &address, accounts::SystemTime now) {
                             mail.security.stolen(session, address, now);
                         }});
}

void Accounts::apply(const settings::Snapshot &settings)
{
    signUpMode = app::signUpMode(settings);
    allowDirectPassword = settings.get(settings::accountsAllowDirectPassword);
    guests.setAllowed(settings.get(settings::accountsAllowGuests));
}

Result<void> Accounts::loadSigningKeys(const std::string &dataDir)
{
    auto keys = app::loadSigningKeys(dataDir, signingSecret);
    if (!keys)
        return keys.error();
    sessions.setAccessKeys(std::move(keys->access));
    guests.setKeys(std::move(keys->guests));
    return {};
}

Task<void> sweepAccounts(Accounts &accounts)
{
    const Result<std::uint32_t> swept = co_await accounts.sessions.sweep(std::chrono::system_clock::now());
    if (!swept)
        log::warn("accounts", "Sessions whose time is over could not be removed: {}", swept.error().message);
    const Result<std::uint32_t> purged = co_await accounts.people.purge(std::chrono::system_clock::now());
    if (!purged)
        log::warn("accounts", "Accounts that were closed long ago could not be removed: {}", purged.error().message);
    const Result<int> ended = co_await accounts.invitations.sweep(std::chrono::system_clock::now());
    if (!ended)
        log::warn("accounts", "Invitations that ended long ago could not be removed: {}", ended.error().message);
    const Result<int> unconfirmed = co_await accounts.mailAddresses.sweep(std::chrono::system_clock::now());
    if (!unconfirmed)
        log::warn("accounts", "Accounts whose mail address was never confirmed could not be removed: {}", unconfirmed.error().message);
    else if (*unconfirmed > 0)
        log::info("accounts", "Removed {} accounts whose mail address was not confirmed within a week.", *unconfirmed);
    const Result<int> forgotten = co_await accounts.securityLetters.sweep(std::chrono::system_clock::now());
    if (!forgotten)
        log::warn("accounts", "Devices and letters of long ago could not be forgotten: {}", forgotten.error().message);
}

} // namespace matinee::app
