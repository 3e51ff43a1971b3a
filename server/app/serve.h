// `matinee serve`: builds the whole server, runs it until a signal says stop, takes it down in order.
// Called once, on the main thread, before any other thread exists (signals are blocked for all of them here).
#pragma once

#include "common/protocol/result.h"
#include "common/settings/settings.h"

#include <functional>
#include <memory>
#include <string>

namespace matinee::app {

struct ServeOptions
{
    std::shared_ptr<settings::Settings> settings;
    std::string dataDir; ///< Exists and is writable.
    bool dryRun = false; ///< Check everything that can be checked without changing anything, then return.
    /// Reads file and environment again (SIGHUP); the error lists every problem, and then nothing is applied.
    std::function<Result<std::shared_ptr<const settings::Snapshot>>()> reload;
};

/// Exit code: 0 stopped in order, 1 failed, 2 configuration, 3 environment (port taken, database dirty or newer).
int serve(const ServeOptions &options);

} // namespace matinee::app
