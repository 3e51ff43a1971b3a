// The declared calls without a server: the same dispatcher and handlers, directly on the data folder.
// For commands when no server is running; one call at a time, from the thread that opened it.
#pragma once

#include "common/protocol/result.h"
#include "common/settings/settings.h"

#include <memory>
#include <string>
#include <string_view>

namespace matinee::app {

class OfflineCalls
{
public:
    virtual ~OfflineCalls() = default;
    /// Serialised request in, serialised response out; the caller may do everything, as on the local socket.
    virtual Result<std::string> call(std::string_view method, const std::string &request) = 0;
};

/// Opens the database and applies missing migrations, as a start would.
[[nodiscard]] Result<std::unique_ptr<OfflineCalls>> openOffline(const settings::Snapshot &settings, const std::string &dataDir);

} // namespace matinee::app
