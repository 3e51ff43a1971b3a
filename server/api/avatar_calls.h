// Handlers of AvatarService and UserAvatarService: people's pictures. Given to the dispatcher at start; run on any worker.
#pragma once

#include "accounts/avatars.h"
#include "api/dispatcher.h"

namespace matinee::api {

/// `avatars` must outlive the dispatcher's calls.
void handleAvatarCalls(Dispatcher &dispatcher, accounts::Avatars &avatars);

} // namespace matinee::api
