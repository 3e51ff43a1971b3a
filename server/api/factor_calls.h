// Handlers of FactorService, PasskeySignInService, SecondFactorService, StepUpService and UserFactorService: passkeys and codes, and
// signing in and proving oneself by them. Given to the dispatcher at start; run on any worker.
#pragma once

#include "accounts/one_time_codes.h"
#include "accounts/passkeys.h"
#include "accounts/second_factor.h"
#include "accounts/security_letters.h"
#include "accounts/step_up.h"
#include "api/dispatcher.h"

namespace matinee::api {

struct FactorServices
{
    store::Store &store;
    const accounts::FactorPolicy &policy;
    accounts::Passkeys &passkeys;
    accounts::OneTimeCodes &codes;
    accounts::SecondFactor &secondFactor;
    accounts::StepUp &stepUp;
    accounts::Sessions &sessions;
    accounts::SecurityLetters *letters = nullptr; ///< Null: nobody is told by letter.
};

/// What is in `services` must outlive the dispatcher's calls.
void handleFactorCalls(Dispatcher &dispatcher, FactorServices services);

} // namespace matinee::api
