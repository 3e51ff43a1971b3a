// Handlers of ProfileService: people's own profiles and whom they block. Given to the dispatcher at start, which lets only people through
// (api/access.h); run on any worker.
#pragma once

#include "accounts/profiles.h"
#include "api/dispatcher.h"

namespace matinee::api {

/// `profiles` must outlive the dispatcher's calls.
void handleProfileCalls(Dispatcher &dispatcher, accounts::Profiles &profiles);

} // namespace matinee::api
