// What `matinee serve` prints when it is ready: the addresses that a person needs, and nothing else.
#pragma once

#include "app/first_start.h"

#include "common/settings/snapshot.h"

#include <string>

namespace matinee::app {

/// How this machine is reached: host of server.public_url, else its first address in a network, else "127.0.0.1".
[[nodiscard]] std::string webAddress(const settings::Snapshot &settings, std::uint16_t port);
[[nodiscard]] std::string rtmpAddress(const settings::Snapshot &settings, std::uint16_t port);

[[nodiscard]] std::string banner(const settings::Snapshot &settings, std::uint16_t port, std::uint16_t rtmpPort, const Welcome &welcome);

} // namespace matinee::app
