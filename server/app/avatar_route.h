// GET /avatars/{user_id}.jpg: somebody's picture, for everybody who has its address. Any worker.
#pragma once

#include "accounts/avatars.h"
#include "http/router.h"

namespace matinee::app {

/// `avatars` must outlive the router.
void addAvatarRoute(http::Router &router, accounts::Avatars &avatars);

} // namespace matinee::app
