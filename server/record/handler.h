// Recordings over HTTP: GET /recordings/{id}.mp4 by Range, GET /recordings/{id}.m3u8 as an HLS playlist over the same file.
// Who may play the stream may play its recordings. Any worker; the disk is read elsewhere.
#pragma once

#include "http/router.h"
#include "live/gate.h"
#include "record/archive.h"

#include "common/protocol/caller.h"

#include <functional>

namespace matinee::record {

struct Dependencies
{
    Archive &archive;
    live::Gate &gate;
    /// Who asks: by `Authorization: Bearer`, or `?key=`; anonymous without.
    std::function<Task<Result<Caller>>(const http::Request &)> callerOf;
    observe::Metrics *metrics = nullptr;
};

/// The recording that {id} of the request's path names, where its sender may play it and there is something to play.
[[nodiscard]] Task<Result<store::RecordingRow>> allowedRecording(const Dependencies &dependencies, const http::Request &request);

/// What is behind `dependencies` must outlive the router.
void addRoutes(http::Router &router, Dependencies dependencies);

} // namespace matinee::record
