// Handlers of UserService: accounts as those see them who run the server. Given to the dispatcher at start; run on any worker.
#pragma once

#include "accounts/people.h"
#include "api/dispatcher.h"

#include <functional>
#include <string>

namespace matinee::api {

/// `webAddress`: where people reach this server, without a slash at the end. `people` must outlive the dispatcher's calls.
void handleUserCalls(Dispatcher &dispatcher, accounts::People &people, std::function<std::string()> webAddress);

} // namespace matinee::api
