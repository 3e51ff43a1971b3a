// Everything about people, wired: how they sign up and in, their sessions, and who handles their accounts. A part of Core, which hands it
// to the calls. Members stand in the order in which they depend on each other.
#pragma once

#include "accounts/direct_sign_in.h"
#include "accounts/guess_guard.h"
#include "accounts/guests.h"
#include "accounts/invitations.h"
#include "accounts/one_time_codes.h"
#include "accounts/passkeys.h"
#include "accounts/password_reset.h"
#include "accounts/passwords.h"
#include "accounts/people.h"
#include "accounts/profiles.h"
#include "accounts/second_factor.h"
#include "accounts/sessions.h"
#include "accounts/sign_up.h"
#include "accounts/signing_keys.h"
#include "accounts/socket_tickets.h"
#include "accounts/step_up.h"
#include "accounts/stuffing_watch.h"
#include "app/mail.h"
#include "store/store.h"

#include "common/opaque/server_setup.h"
#include "common/settings/snapshot.h"

#include <atomic>

namespace matinee::app {

struct Accounts
{
    /// `mail` must outlive it.
    Accounts(store::Store &store, const settings::Snapshot &settings, Mail &mail, observe::Metrics *metrics);
    Accounts(const Accounts &) = delete;
    Accounts &operator=(const Accounts &) = delete;

    /// What may change while the server runs (accounts.sign_up, accounts.allow_...).
    void apply(const settings::Snapshot &settings);
    /// Those of the data folder sign from now on (app/signing_key_file.h).
    Result<void> loadSigningKeys(const std::string &dataDir);

    const opaque::ServerSetup setup;
    /// Whether people sign in by this provider (oauth2) now. Set before the workers start; empty: by none.
    std::function<bool(const std::string &provider)> isProviderUsable;
    const accounts::RelyingParty relyingParty; ///< As app/relying_party.h has it; none where it is not well set.
    const accounts::FactorPolicy factors;
    accounts::LocalGuessGuard guessLimits;   ///< Within the next.
    accounts::WatchingGuessGuard guessGuard; ///< Of `passwords` alone.
    accounts::LocalGuessGuard codeGuard;     ///< Of `codes` alone.
    accounts::Sessions sessions;
    accounts::Passwords passwords;
    std::atomic<accounts::SignUpMode> signUpMode;
    accounts::SignUps signUps;
    accounts::People people;
    accounts::Invitations invitations;
    accounts::Profiles profiles;
    accounts::Passkeys passkeys;
    accounts::OneTimeCodes codes;
    accounts::MailCodes mailCodes;
    accounts::SecondFactor secondFactor;
    accounts::StepUp stepUp;
    accounts::SecurityLetters &securityLetters;
    accounts::MailAddresses mailAddresses;
    accounts::PasswordReset passwordReset;
    accounts::Guests guests;
    accounts::SocketTickets tickets;
    accounts::DirectSignIn directSignIn;
    std::atomic<bool> allowDirectPassword; ///< accounts.allow_direct_password
    const std::string signingSecret;       ///< jwt.secret, as it was at the start.
};

/// Forgets sessions and links whose time is over, and accounts that were closed long ago; a failure is logged.
Task<void> sweepAccounts(Accounts &accounts);

} // namespace matinee::app
