// Pictures over HTTP: GET /poster/{name}.jpg, /preview/{name}.vtt with its sheets, and the same of recordings at
// /preview/recordings/{id}.vtt. Who may play may see. Any worker.
#pragma once

#include "http/router.h"
#include "live/gate.h"
#include "pictures/pictures.h"
#include "record/handler.h"

#include "common/protocol/caller.h"

#include <functional>

namespace matinee::pictures {

struct Dependencies
{
    Pictures &pictures;
    live::Gate &gate;
    /// Who asks: by `Authorization: Bearer`, or `?key=`; anonymous without.
    std::function<Task<Result<Caller>>(const http::Request &)> callerOf;
    record::Dependencies recordings;
    observe::Metrics *metrics = nullptr;
};

/// What is behind `dependencies` must outlive the router.
void addRoutes(http::Router &router, Dependencies dependencies);

} // namespace matinee::pictures
