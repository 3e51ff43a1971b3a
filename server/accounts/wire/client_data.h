// What the browser says and the authenticator signs: for which page and challenge (WebAuthn Level 3, 5.8.1). Any thread.
#pragma once

#include "accounts/wire/bytes.h"
#include "accounts/wire/webauthn_fault.h"
#include "common/protocol/result.h"

#include <optional>
#include <string>

namespace matinee::accounts {

struct ClientData
{
    std::string type; ///< "webauthn.create" or "webauthn.get"
    Bytes challenge;
    std::string origin;
    bool crossOrigin = false;
    std::optional<std::string> topOrigin; ///< Of the page around a frame.
};

/// At most 8 KiB of JSON; members that it does not know are passed over, since browsers may add some.
[[nodiscard]] Result<ClientData, WebAuthnFault> readClientData(BytesView json);

} // namespace matinee::accounts
