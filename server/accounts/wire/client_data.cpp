#include "accounts/wire/client_data.h"

#include "accounts/wire/base64url.h"
#include "accounts/wire/strict_json.h"

namespace matinee::accounts {

Result<ClientData, WebAuthnFault> readClientData(BytesView json)
{
    const auto object = strictObject(textOf(json));
    if (!object)
        return WebAuthnFault::ClientData;
    const auto *type = textMember(*object, "type");
    const auto *challenge = textMember(*object, "challenge");
    const auto *origin = textMember(*object, "origin");
    if (!type || !challenge || !origin)
        return WebAuthnFault::ClientData;
    auto bytes = fromBase64url(*challenge);
    if (!bytes)
        return WebAuthnFault::ClientData;
    ClientData data{std::string(*type), std::move(*bytes), std::string(*origin), false, {}};
    if (const auto *cross = object->if_contains("crossOrigin")) {
        if (!cross->is_bool())
            return WebAuthnFault::ClientData;
        data.crossOrigin = cross->get_bool();
    }
    if (const auto *top = object->if_contains("topOrigin")) {
        if (!top->is_string())
            return WebAuthnFault::ClientData;
        data.topOrigin = std::string(top->get_string());
    }
    return data;
}

} // namespace matinee::accounts
