#include "accounts/wire/webauthn.h"

#include "accounts/wire/authenticator_data.h"
#include "accounts/wire/cbor.h"
#include "accounts/wire/client_data.h"
#include "accounts/wire/cose_key.h"
#include "accounts/wire/digest.h"

#include <algorithm>

namespace matinee::accounts {

namespace {

/// 7.1, 7 to 12 and 7.2, 10 to 14.
std::optional<WebAuthnFault> clientDataFault(BytesView json, std::string_view type, const Ceremony &expected)
{
    const auto data = readClientData(json);
    if (!data)
        return data.error();
    if (data->type != type)
        return WebAuthnFault::Type;
    if (expected.challenge.size() < kLeastChallenge || !equalInConstantTime(data->challenge, expected.challenge))
        return WebAuthnFault::Challenge;
    if (std::find(expected.origins.begin(), expected.origins.end(), data->origin) == expected.origins.end())
        return WebAuthnFault::Origin;
    if (data->topOrigin && std::find(expected.topOrigins.begin(), expected.topOrigins.end(), *data->topOrigin) == expected.topOrigins.end())
        return WebAuthnFault::CrossOrigin;
    // A browser that knows no `topOrigin` yet cannot say within which page it was.
    if (data->crossOrigin && expected.topOrigins.empty())
        return WebAuthnFault::CrossOrigin;
    return std::nullopt;
}

std::optional<WebAuthnFault> authenticatorFault(const AuthenticatorData &data, const Ceremony &expected)
{
    if (data.rpIdHash != sha256(bytesOf(expected.rpId)))
        return WebAuthnFault::RelyingParty;
    if (!data.userPresent)
        return WebAuthnFault::UserPresence;
    if (expected.requireUserVerification && !data.userVerified)
        return WebAuthnFault::UserVerification;
    return std::nullopt;
}

/// What authenticators sign.
Bytes signedBytes(BytesView authenticatorData, BytesView clientData)
{
    Bytes bytes = copyOf(authenticatorData);
    const Sha256 hash = sha256(clientData);
    bytes.insert(bytes.end(), hash.begin(), hash.end());
    return bytes;
}

/// 8.2, without certificates: the key of the passkey itself signs, by its own algorithm.
bool isSelfAttested(const CborValue &statement, const Key &key, BytesView authenticatorData, BytesView clientData)
{
    const CborValue *algorithm = statement.member("alg");
    const CborValue *signature = statement.member("sig", CborValue::Kind::Bytes);
    return statement.members() == 2 && algorithm && algorithm->integer() == coseNumber(key.algorithm()) && signature &&
           key.verify(signedBytes(authenticatorData, clientData), signature->bytes, EcdsaForm::Der);
}

Result<Attestation, WebAuthnFault> judgeAttestation(std::string_view format, const CborValue &statement, const Key &key,
                                                    BytesView authenticatorData, BytesView clientData)
{
    if (format == "none") { // 8.7
        if (statement.kind != CborValue::Kind::Map || statement.members() != 0)
            return WebAuthnFault::Attestation;
        return Attestation::None;
    }
    if (format == "packed" && !statement.member("x5c")) {
        if (!isSelfAttested(statement, key, authenticatorData, clientData))
            return WebAuthnFault::Attestation;
        return Attestation::Self;
    }
    return Attestation::Unverified;
}

/// Names of the registry of RFC 8809: it is stored and shown.
bool isFormatName(std::string_view name)
{
    return !name.empty() && name.size() <= 32 &&
           std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

} // namespace

Result<NewPasskey, WebAuthnFault> verifyRegistration(const RegistrationResponse &response, const RegistrationExpectation &expected)
{
    if (const auto fault = clientDataFault(response.clientData, "webauthn.create", expected.ceremony))
        return *fault;
    const auto object = readCbor(response.attestationObject, CborOrder::Any);
    if (!object || object->used != response.attestationObject.size() || object->value.members() != 3)
        return WebAuthnFault::Attestation;
    const CborValue *format = object->value.member("fmt", CborValue::Kind::Text);
    const CborValue *statement = object->value.member("attStmt");
    const CborValue *authData = object->value.member("authData", CborValue::Kind::Bytes);
    const auto isContainer = [](const CborValue &v) { return v.kind == CborValue::Kind::Map || v.kind == CborValue::Kind::Array; };
    if (!format || !isFormatName(textOf(format->bytes)) || !statement || !isContainer(*statement) || !authData)
        return WebAuthnFault::Attestation;

    auto data = readAuthenticatorData(authData->bytes);
    if (!data)
        return data.error();
    if (const auto fault = authenticatorFault(*data, expected.ceremony))
        return *fault;
    if (!data->credential)
        return WebAuthnFault::AuthenticatorData;
    AttestedCredential &credential = *data->credential;
    if (credential.id != response.id)
        return WebAuthnFault::CredentialId;
    if (std::find(expected.algorithms.begin(), expected.algorithms.end(), credential.key.algorithm()) == expected.algorithms.end())
        return WebAuthnFault::Algorithm;
    const auto attestation = judgeAttestation(textOf(format->bytes), *statement, credential.key, authData->bytes, response.clientData);
    if (!attestation)
        return attestation.error();
    if (expected.requireAttestation && *attestation != Attestation::Self)
        return WebAuthnFault::AttestationRequired;

    NewPasskey passkey;
    passkey.id = std::move(credential.id);
    passkey.publicKey = std::move(credential.publicKey);
    passkey.algorithm = credential.key.algorithm();
    passkey.signCount = data->signCount;
    passkey.aaguid = credential.aaguid;
    passkey.userVerified = data->userVerified;
    passkey.backupEligible = data->backupEligible;
    passkey.backedUp = data->backedUp;
    passkey.attestation = *attestation;
    passkey.attestationFormat = std::string(textOf(format->bytes));
    passkey.transports = response.transports;
    return passkey;
}

Result<PasskeyUse, WebAuthnFault> verifyAssertion(const AssertionResponse &response, const KnownPasskey &passkey,
                                                  const AssertionExpectation &expected)
{
    if (response.id != passkey.id)
        return WebAuthnFault::CredentialId;
    // 7.2, 6: one that is there has to be right, whoever was asked for. Some browsers send an empty one for none.
    const bool saysWhose = response.userHandle && !response.userHandle->empty();
    if (saysWhose ? *response.userHandle != passkey.userHandle : expected.discoverable)
        return WebAuthnFault::UserHandle;
    if (const auto fault = clientDataFault(response.clientData, "webauthn.get", expected.ceremony))
        return *fault;
    const auto data = readAuthenticatorData(response.authenticatorData);
    if (!data)
        return data.error();
    if (const auto fault = authenticatorFault(*data, expected.ceremony))
        return *fault;
    if (data->backupEligible != passkey.backupEligible) // 7.2, 19: it never changes
        return WebAuthnFault::BackupFlags;
    const auto key = keyOfCose(passkey.publicKey);
    if (!key)
        return key.error();
    if (!key->verify(signedBytes(response.authenticatorData, response.clientData), response.signature, EcdsaForm::Der))
        return WebAuthnFault::Signature;

    PasskeyUse use;
    use.signCount = data->signCount;
    use.counterWentBack = (data->signCount != 0 || passkey.signCount != 0) && data->signCount <= passkey.signCount;
    use.userVerified = data->userVerified;
    use.backedUp = data->backedUp;
    return use;
}

} // namespace matinee::accounts
