// The answers of navigator.credentials as browsers make JSON of them (WebAuthn Level 3, 5.1: RegistrationResponseJSON and
// AuthenticationResponseJSON). Any thread.
#pragma once

#include "accounts/wire/webauthn.h"

#include <string_view>

namespace matinee::accounts {

/// At most 64 KiB. Only what is verified is read, and the hints of transports; `id` and `rawId` must be the same.
[[nodiscard]] Result<RegistrationResponse, WebAuthnFault> registrationResponseOf(std::string_view json);
[[nodiscard]] Result<AssertionResponse, WebAuthnFault> assertionResponseOf(std::string_view json);

} // namespace matinee::accounts
