// Handlers of ServerService and SetupService: what the server is, how it does, and the first API key of a new one.
// Given to the dispatcher at start; run on any worker.
#pragma once

#include "api/dispatcher.h"
#include "store/store.h"

#include "matinee/v1/server.pb.h"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

namespace matinee::api {

/// What app knows and the calls tell.
struct ServerFacts
{
    std::string name;
    std::string version;
    std::uint16_t rtmpPort = 0;
    std::function<std::string()> signUp;      ///< accounts.sign_up as it is now. Any thread.
    std::function<bool()> signUpNeedsAddress; ///< accounts.sign_up_needs_address, as that. May be empty.
    std::function<bool()> sendsMail;          ///< As that. May be empty.
    std::function<v1::Health()> health;       ///< Any thread.
    /// The first stream with its key, where it is still known; within the transaction that claims the set-up.
    std::function<Result<std::optional<v1::SetupStream>>(store::Transaction &)> firstStream;
};

/// `store` must outlive the dispatcher's calls.
void handleServerCalls(Dispatcher &dispatcher, store::Store &store, ServerFacts facts);

} // namespace matinee::api
