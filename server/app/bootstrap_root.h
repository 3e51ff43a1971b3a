// The first root by a setting, for machines that are set up without anybody looking at them: bootstrap.root_password
// (MATINEE_BOOTSTRAP_ROOT_PASSWORD_FILE). Done at each start, blocking, before the workers run and before the set-up link is made.
#pragma once

#include "common/opaque/server_setup.h"
#include "common/protocol/result.h"
#include "store/store.h"

#include <string>

namespace matinee::app {

/// Where nobody is root: makes the account `root` with this password (UTF-8; at most 65,535 bytes in NFC), which is registered with OPAQUE
/// by our own client. False, and nothing is done, for an empty password and where there is a root: once made, the setting counts no more.
/// AlreadyExists where another account has that name; InvalidArgument for what is no UTF-8.
[[nodiscard]] Result<bool> bootstrapRoot(store::Store &store, const opaque::ServerSetup &setup, const std::string &password);

} // namespace matinee::app
