// Handlers of keys.proto: API keys of one's own, a password in one call, guests, tickets for sockets.
#pragma once

#include "accounts/api_keys.h"
#include "accounts/direct_sign_in.h"
#include "accounts/guests.h"
#include "accounts/socket_tickets.h"
#include "api/dispatcher.h"

#include <functional>

namespace matinee::api {

/// What they refer to must outlive the dispatcher.
struct KeyServices
{
    accounts::ApiKeys &keys;
    accounts::DirectSignIn &directSignIn;
    accounts::Guests &guests;
    accounts::SocketTickets &tickets;
    std::function<bool()> allowsDirectPassword; ///< accounts.allow_direct_password
};

void handleKeyCalls(Dispatcher &dispatcher, KeyServices services);

} // namespace matinee::api
