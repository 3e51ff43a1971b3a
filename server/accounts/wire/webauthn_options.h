// What the page hands to navigator.credentials: options of both ceremonies, as JSON for parseCreationOptionsFromJSON and
// parseRequestOptionsFromJSON (WebAuthn Level 3, 5.1.8). Any thread.
#pragma once

#include "accounts/wire/algorithm.h"
#include "accounts/wire/bytes.h"

#include <boost/json/object.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::accounts {

/// Those of passkeys, the one that we like best first.
inline const std::vector<Algorithm> kPasskeyAlgorithms{Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256};

enum class UserVerification
{
    Required,
    Preferred,
    Discouraged,
};

struct PasskeyHint
{
    Bytes id;
    std::vector<std::string> transports;
};

struct RegistrationOptions
{
    Bytes challenge;
    std::string rpId;
    std::string rpName;
    Bytes userHandle;        ///< 1 to 64 random bytes of the account (5.4.3): nothing that tells who it is.
    std::string userName;    ///< What tells two accounts of one person apart in the browser's list.
    std::string displayName; ///< What the person is called.
    std::vector<Algorithm> algorithms = kPasskeyAlgorithms;
    std::vector<PasskeyHint> exclude; ///< Those that the account has: one authenticator is not registered twice.
    UserVerification userVerification = UserVerification::Required;
    bool discoverable = true; ///< For signing in without a name; false for a second factor, which then takes no place on a security key.
    std::chrono::milliseconds timeout{300'000}; ///< 15.1 recommends 5 to 10 minutes
};
[[nodiscard]] boost::json::object jsonOf(const RegistrationOptions &options);

struct AssertionOptions
{
    Bytes challenge;
    std::string rpId;
    std::vector<PasskeyHint> allow; ///< Empty: whichever the person chooses.
    UserVerification userVerification = UserVerification::Required;
    std::chrono::milliseconds timeout{300'000};
};
[[nodiscard]] boost::json::object jsonOf(const AssertionOptions &options);

} // namespace matinee::accounts
