// Handlers of MailAddressService, MailLinkService, MailCodeService and UserMailAddressService: mail addresses, what the links in letters
// lead to, and codes by mail. Given to the dispatcher at start; run on any worker.
#pragma once

#include "accounts/mail_addresses.h"
#include "accounts/password_reset.h"
#include "accounts/second_factor.h"
#include "accounts/step_up.h"
#include "api/dispatcher.h"

namespace matinee::api {

struct MailServices
{
    accounts::MailAddresses &addresses;
    accounts::PasswordReset &passwordReset;
    accounts::SecondFactor &secondFactor;
    accounts::StepUp &stepUp;
    const accounts::FactorPolicy &policy;
    const accounts::Letters &letters;
};

/// What is in `services` must outlive the dispatcher's calls.
void handleMailAddressCalls(Dispatcher &dispatcher, MailServices services);

} // namespace matinee::api
