// What mail settings may be. Narrower than what people may type as their own address (server/mail/wire/address.h takes all of this).
// Pure functions; any thread.
#pragma once

#include "common/settings/rules.h"

namespace matinee::settings::rules {

bool isMailAddress(std::string_view text); ///< person@example.org; ASCII, at most 254 octets.
bool isMailAllowed(std::string_view text); ///< "example.org", "*.example.org" or a mail address.

inline constexpr Rule mailAddress{"a mail address such as matinee@example.org", isMailAddress};
inline constexpr Rule mailAllowed{
    "a domain such as example.org, all below it as *.example.org, or a mail address (other scripts as xn--...)", isMailAllowed};

} // namespace matinee::settings::rules
