// Handlers of AccountService: what people do with their own account. Given to the dispatcher at start, which lets only people through
// (api/access.h); run on any worker.
#pragma once

#include "accounts/passwords.h"
#include "accounts/people.h"
#include "accounts/security_letters.h"
#include "api/dispatcher.h"

namespace matinee::api {

/// All three must outlive the dispatcher's calls.
void handleAccountCalls(Dispatcher &dispatcher, accounts::Sessions &sessions, accounts::Passwords &passwords, accounts::People &people,
                        accounts::SecurityLetters *letters = nullptr);

} // namespace matinee::api
