#include "accounts/wire/webauthn_json.h"

#include "accounts/wire/base64url.h"
#include "accounts/wire/strict_json.h"

#include <boost/json/array.hpp>

#include <algorithm>

namespace matinee::accounts {

namespace {

namespace json = boost::json;

constexpr JsonLimits kLimits{64 * 1024, 16}; // outputs of extensions of the client lie within each other
constexpr std::size_t kTransports = 8;

std::optional<Bytes> bytesMember(const json::object &object, std::string_view name)
{
    const auto *text = textMember(object, name);
    return text ? fromBase64url(*text) : std::nullopt;
}

struct Credential
{
    Bytes id;
    json::object response;
};

std::optional<Credential> credentialOf(std::string_view text)
{
    auto object = strictObject(text, kLimits);
    if (!object)
        return std::nullopt;
    const auto *type = textMember(*object, "type");
    const auto *id = textMember(*object, "id");
    const auto *rawId = textMember(*object, "rawId");
    auto *response = object->if_contains("response");
    if (!type || *type != "public-key" || !id || !rawId || *id != *rawId || !response || !response->is_object())
        return std::nullopt;
    auto bytes = fromBase64url(*id);
    if (!bytes)
        return std::nullopt;
    return Credential{std::move(*bytes), std::move(response->get_object())};
}

/// "usb", "internal", "hybrid" and what else there will be: kept where it is short and plain, else left out.
std::vector<std::string> transportsOf(const json::object &response)
{
    std::vector<std::string> transports;
    const auto *member = response.if_contains("transports");
    const auto *list = member ? member->if_array() : nullptr;
    for (std::size_t i = 0; list && i < list->size() && transports.size() < kTransports; ++i) {
        const auto *name = (*list)[i].if_string();
        const auto isPlain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
        if (name && !name->empty() && name->size() <= 32 && std::all_of(name->begin(), name->end(), isPlain))
            transports.emplace_back(*name);
    }
    return transports;
}

} // namespace

Result<RegistrationResponse, WebAuthnFault> registrationResponseOf(std::string_view json)
{
    auto credential = credentialOf(json);
    auto clientData = credential ? bytesMember(credential->response, "clientDataJSON") : std::nullopt;
    auto attestation = credential ? bytesMember(credential->response, "attestationObject") : std::nullopt;
    if (!clientData || !attestation)
        return WebAuthnFault::Response;
    return RegistrationResponse{std::move(credential->id), std::move(*clientData), std::move(*attestation),
                                transportsOf(credential->response)};
}

Result<AssertionResponse, WebAuthnFault> assertionResponseOf(std::string_view json)
{
    auto credential = credentialOf(json);
    auto clientData = credential ? bytesMember(credential->response, "clientDataJSON") : std::nullopt;
    auto data = credential ? bytesMember(credential->response, "authenticatorData") : std::nullopt;
    auto signature = credential ? bytesMember(credential->response, "signature") : std::nullopt;
    if (!clientData || !data || !signature)
        return WebAuthnFault::Response;
    AssertionResponse response{std::move(credential->id), std::move(*clientData), std::move(*data), std::move(*signature), {}};
    // Null where the passkey does not tell.
    if (const auto *handle = credential->response.if_contains("userHandle"); handle && !handle->is_null()) {
        response.userHandle = bytesMember(credential->response, "userHandle");
        if (!response.userHandle)
            return WebAuthnFault::Response;
    }
    return response;
}

} // namespace matinee::accounts
