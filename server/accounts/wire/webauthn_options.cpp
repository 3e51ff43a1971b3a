#include "accounts/wire/webauthn_options.h"

#include "accounts/wire/base64url.h"

#include <boost/json/array.hpp>

namespace matinee::accounts {

namespace {

namespace json = boost::json;

std::string_view nameOf(UserVerification verification)
{
    switch (verification) {
    case UserVerification::Required:
        return "required";
    case UserVerification::Preferred:
        return "preferred";
    case UserVerification::Discouraged:
        return "discouraged";
    }
    return "required";
}

json::array listOf(const std::vector<PasskeyHint> &passkeys)
{
    json::array list;
    for (const PasskeyHint &passkey : passkeys) {
        json::object entry;
        entry["type"] = "public-key";
        entry["id"] = base64url(passkey.id);
        if (!passkey.transports.empty())
            entry["transports"] = json::array(passkey.transports.begin(), passkey.transports.end());
        list.push_back(std::move(entry));
    }
    return list;
}

} // namespace

json::object jsonOf(const RegistrationOptions &options)
{
    json::array algorithms;
    for (const Algorithm algorithm : options.algorithms) {
        json::object entry;
        entry["type"] = "public-key";
        entry["alg"] = coseNumber(algorithm);
        algorithms.push_back(std::move(entry));
    }
    json::object relyingParty;
    relyingParty["id"] = options.rpId;
    relyingParty["name"] = options.rpName;
    json::object user;
    user["id"] = base64url(options.userHandle);
    user["name"] = options.userName;
    user["displayName"] = options.displayName;
    json::object selection;
    selection["residentKey"] = options.discoverable ? "required" : "discouraged";
    selection["requireResidentKey"] = options.discoverable; // for browsers of Level 1
    selection["userVerification"] = nameOf(options.userVerification);
    json::object extensions;
    extensions["credProps"] = true; // whether the passkey became discoverable

    json::object object;
    object["rp"] = std::move(relyingParty);
    object["user"] = std::move(user);
    object["challenge"] = base64url(options.challenge);
    object["pubKeyCredParams"] = std::move(algorithms);
    object["timeout"] = options.timeout.count();
    object["excludeCredentials"] = listOf(options.exclude);
    object["authenticatorSelection"] = std::move(selection);
    object["attestation"] = "none";
    object["extensions"] = std::move(extensions);
    return object;
}

json::object jsonOf(const AssertionOptions &options)
{
    json::object object;
    object["challenge"] = base64url(options.challenge);
    object["timeout"] = options.timeout.count();
    object["rpId"] = options.rpId;
    object["allowCredentials"] = listOf(options.allow);
    object["userVerification"] = nameOf(options.userVerification);
    return object;
}

} // namespace matinee::accounts
