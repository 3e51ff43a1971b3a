// Handlers of RelayService, and what the database has of pulls and pushes brought to life at start. Given to the dispatcher at start; run
// on any worker.
#pragma once

#include "api/dispatcher.h"
#include "relay/credential_box.h"
#include "relay/relays.h"
#include "store/store.h"

namespace matinee::relay {

/// All must outlive the dispatcher's calls.
void handleRelayCalls(api::Dispatcher &dispatcher, store::Store &store, Relays &relays, const CredentialBox &box);

/// What the database has, given to `relays`; an address that cannot be decrypted is left out and told in the log. Blocking, before the
/// workers start.
[[nodiscard]] Result<void> loadRelays(store::Store &store, Relays &relays, const CredentialBox &box);

/// To be spawned after a stream was changed: where it is gone, so are its pull and pushes; where it was stopped, it is not fetched.
[[nodiscard]] Task<void> streamChanged(store::Store &store, Relays &relays, std::string stream);

} // namespace matinee::relay
