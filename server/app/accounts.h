// Everything about people, wired: how they sign up and in, their sessions, and who handles their accounts. A part of Core, which hands it
// to the calls. Members stand in the order in which they depend on each other.
#pragma once

#include "accounts/guess_guard.h"
#include "accounts/passwords.h"
#include "accounts/people.h"
#include "accounts/sessions.h"
#include "accounts/sign_up.h"
#include "store/store.h"

#include "common/opaque/server_setup.h"
#include "common/settings/snapshot.h"

#include <atomic>

namespace matinee::app {

struct Accounts
{
    Accounts(store::Store &store, const settings::Snapshot &settings, observe::Metrics *metrics);
    Accounts(const Accounts &) = delete;
    Accounts &operator=(const Accounts &) = delete;

    /// What may change while the server runs (accounts.sign_up).
    void apply(const settings::Snapshot &settings);

    const opaque::ServerSetup setup;
    accounts::LocalGuessGuard guessGuard; ///< Of `passwords` alone.
    accounts::Sessions sessions;
    accounts::Passwords passwords;
    std::atomic<accounts::SignUpMode> signUpMode;
    accounts::SignUps signUps;
    accounts::People people;
};

/// Forgets sessions and links whose time is over; a failure is logged.
Task<void> sweepAccounts(Accounts &accounts);

} // namespace matinee::app
