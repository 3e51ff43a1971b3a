// GET /api/ws: envelope.proto in binary WebSocket messages, or as JSON in text messages: whoever writes text is answered in text, so that
// a page needs nothing but what every browser has. A page of this server is signed in by its cookie (api/session_cookies.h), others sign
// in with Authenticate; a program may send the header `Authorization: Bearer` with the handshake instead and gets the same Authenticated.
// `?ticket=` (SocketTicketService) signs in whose it is; one that is not good is answered with 401 in place of the handshake.
#pragma once

#include "api/envelope_session.h"
#include "http/router.h"

namespace matinee::api {

/// `dispatcher` and `topics` (may be null: no topics) must outlive the router.
void registerWebSocket(http::Router &router, Dispatcher &dispatcher, TopicSource *topics, std::string serverVersion);

} // namespace matinee::api
