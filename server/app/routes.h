// What the front door answers besides declared calls: health, metrics, media, the console's tunnel, the web client.
// Filled once at start.
#pragma once

#include "app/core.h"
#include "app/topics.h"
#include "hls/directory.h"
#include "http/router.h"

#include "common/settings/settings.h"

#include <memory>
#include <string>

namespace matinee::app {

struct RouteNeeds
{
    Core &core;
    std::shared_ptr<settings::Settings> settings;
    std::shared_ptr<Topics> topics;
    std::uint16_t adminPort = 0; ///< Of the admin listener on loopback.
    std::string tunnelSecret;
};

/// Gives back the HLS directory, which must be drained before the stop.
std::shared_ptr<hls::Directory> addRoutes(http::Router &router, const RouteNeeds &needs);

} // namespace matinee::app
