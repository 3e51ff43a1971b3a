// Declared calls as JSON over HTTP: each call's route goes to the dispatcher, errors leave as RFC 9457 problem documents.
// Called once at start, after seal(); the handlers run on the worker of each connection.
#pragma once

#include "api/dispatcher.h"
#include "http/router.h"

namespace matinee::api {

/// `dispatcher` must outlive the router.
void registerRest(http::Router &router, Dispatcher &dispatcher);

/// The caller of a request before its credential was looked at.
[[nodiscard]] Caller anonymousCaller(const http::Request &request, std::string face);

/// What becomes of a cookie that cannot be looked at, since the database is away.
enum class CookieUnknown
{
    Refuse,
    CountForNothing, ///< For what everybody may have.
};

/// By the Authorization header, or by cookies where they count (api/session_cookies.h). `request` lives until the Task completes.
Task<Result<Caller>> identify(Dispatcher &dispatcher, const http::Request &request, std::string face, CookieUnknown unknown);

} // namespace matinee::api
