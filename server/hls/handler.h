// HLS over HTTP: GET /hls/{name}.m3u8 (multivariant), /hls/{name}/main.m3u8, audio.m3u8 and ts.m3u8, and what they name. Handlers on
// every worker read what the one segmenter of the stream has put on its shelf; bytes are shared by all viewers.
#pragma once

#include "hls/directory.h"
#include "http/router.h"
#include "live/gate.h"
#include "live/registry.h"
#include "observe/metrics.h"

#include "common/protocol/caller.h"
#include "common/protocol/result.h"

#include <functional>
#include <memory>

namespace matinee::hls {

struct Dependencies
{
    live::Registry &registry;
    live::Gate &gate;
    /// Who asks: by `Authorization: Bearer`, or `?key=` for players that cannot set a header; anonymous without.
    std::function<Task<Result<Caller>>(const http::Request &)> callerOf;
    observe::Metrics *metrics = nullptr; ///< Null: nothing is counted.
    Options options{};
    Directory::WallClock clock{}; ///< Empty: the system's.
};

/// What is behind `dependencies` must outlive the router. Before the start. Call drain() on the result when the server stops.
std::shared_ptr<Directory> addRoutes(http::Router &router, Dependencies dependencies);

} // namespace matinee::hls
