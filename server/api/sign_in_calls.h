// Handlers of SignInService: signing up, in and out, and new tokens for those that end. Given to the dispatcher at start; run on any
// worker.
#pragma once

#include "accounts/mail_addresses.h"
#include "accounts/passwords.h"
#include "accounts/sign_up.h"
#include "api/dispatcher.h"

#include "matinee/v1/accounts.pb.h"

namespace matinee::api {

struct SignInServices
{
    accounts::Sessions &sessions;
    accounts::Passwords &passwords;
    accounts::SignUps &signUps;
    /// The first stream with its key, for who uses the set-up link; nothing where it is not known any more. May be empty.
    std::function<Task<std::optional<v1::SetupStream>>()> firstStream{};
    accounts::MailAddresses *addresses = nullptr; ///< Null: there are none.
    accounts::SecurityLetters *letters = nullptr; ///< Null: nobody is told by letter.
};

/// What is in `services` must outlive the dispatcher's calls.
void handleSignInCalls(Dispatcher &dispatcher, SignInServices services);

} // namespace matinee::api
