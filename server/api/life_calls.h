// Handlers of AccountLifeService and UserLifeService: closing and restoring accounts, and what the server knows of somebody. Given to the
// dispatcher at start; run on any worker.
#pragma once

#include "accounts/people.h"
#include "api/dispatcher.h"

namespace matinee::api {

/// Both must outlive the dispatcher's calls.
void handleLifeCalls(Dispatcher &dispatcher, store::Store &store, accounts::People &people);

} // namespace matinee::api
