// Handlers of StreamService: streams as the database has them, with what is being published now.
// Given to the dispatcher at start; run on any worker.
#pragma once

#include "api/dispatcher.h"
#include "live/registry.h"
#include "store/store.h"
#include "store/streams.h"

#include "matinee/v1/streams.pb.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace matinee::live {

/// What else has to know. Any thread; either may be empty.
struct StreamCallHooks
{
    /// Refuse the publisher of `name` for so long; zero lifts it.
    std::function<void(const std::string &name, std::chrono::seconds duration)> block;
    /// A stream was made, deleted, or got a new key.
    std::function<void(const std::string &name)> changed;
};

/// `store` and `registry` must outlive the dispatcher's calls.
void handleStreamCalls(api::Dispatcher &dispatcher, store::Store &store, Registry &registry, StreamCallHooks hooks);

/// A stream as calls and events tell it, without its key.
[[nodiscard]] v1::Stream describeStream(const store::StreamRow &row, const std::optional<StreamState> &state);

/// 1 to 64 of a-z, 0-9, '-' and '_'; InvalidArgument with the field `name` otherwise.
[[nodiscard]] Result<void> checkStreamName(const std::string &name);

} // namespace matinee::live
