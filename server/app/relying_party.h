// For which domain this server's passkeys are: webauthn.rp_id and webauthn.rp_origin, and where they are unset, server.public_url. Pure;
// any thread.
#pragma once

#include "accounts/passkeys.h"

#include "common/settings/snapshot.h"

namespace matinee::app {

/// With an empty id where nothing is set and the address of the server is no domain with https (or localhost): then there are no passkeys.
/// InvalidArgument, with what to write, where what is set cannot work.
[[nodiscard]] Result<accounts::RelyingParty> relyingParty(const settings::Snapshot &settings);

} // namespace matinee::app
