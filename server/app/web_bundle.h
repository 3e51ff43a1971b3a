// The web client inside the program, as the front door serves it. Made once at start.
#pragma once

#include "http/static_files.h"

#include <memory>

namespace matinee::app {

/// Null where this build has none.
[[nodiscard]] std::shared_ptr<const http::StaticBundle> embeddedWebClient();

} // namespace matinee::app
