// Handlers of InvitationService. Given to the dispatcher at start; run on any worker.
#pragma once

#include "accounts/invitations.h"
#include "api/dispatcher.h"

#include <functional>
#include <string>

namespace matinee::api {

/// `webAddress`: where people reach this server, without a slash at the end. `invitations` must outlive the dispatcher's calls.
void handleInvitationCalls(Dispatcher &dispatcher, accounts::Invitations &invitations, std::function<std::string()> webAddress);

} // namespace matinee::api
