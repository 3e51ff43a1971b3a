// GET /api/openapi.json and the page that shows it, /api/docs. Called once at start.
#pragma once

#include "http/router.h"

namespace matinee::api {

void registerDocs(http::Router &router);

} // namespace matinee::api
