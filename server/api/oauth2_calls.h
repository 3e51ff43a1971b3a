// Handlers of OAuth2Service and IdentityService: signing in by accounts at other services, and linking them. Given to the dispatcher at
// start; run on any worker.
#pragma once

#include "accounts/oauth2/sign_in.h"
#include "accounts/security_letters.h"
#include "api/dispatcher.h"

namespace matinee::api {

/// All must outlive the dispatcher's calls. `letters`: null where nobody is told by letter of what was linked.
void handleOAuth2Calls(Dispatcher &dispatcher, accounts::oauth2::SignIn &signIn, accounts::oauth2::Providers &providers,
                       accounts::SecurityLetters *letters = nullptr);

} // namespace matinee::api
