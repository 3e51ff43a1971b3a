// HTTP-FLV: GET /flv/{name}.flv answers with the stream for as long as it lives; with an upgrade (there, or at /flv/{name}) the same as
// binary WebSocket messages. Runs on the worker of each viewer's connection.
#pragma once

#include "http/router.h"
#include "live/gate.h"
#include "live/registry.h"
#include "observe/metrics.h"

#include "common/protocol/caller.h"
#include "common/protocol/result.h"

#include <functional>

namespace matinee::flv {

struct Dependencies
{
    live::Registry &registry;
    live::Gate &gate;
    /// Who asks: by `Authorization: Bearer`, or `?key=` for players that cannot set a header; anonymous without.
    std::function<Task<Result<Caller>>(const http::Request &)> callerOf;
    observe::Metrics *metrics = nullptr; ///< Null: nothing is counted.
};

/// What is behind `dependencies` must outlive the router.
void addRoutes(http::Router &router, Dependencies dependencies);

} // namespace matinee::flv
