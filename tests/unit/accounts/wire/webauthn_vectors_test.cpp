// Answers of authenticators that others have published: the test vectors of the specification, and the examples of @simplewebauthn/server.
#include "accounts/wire/base64url.h"
#include "accounts/wire/webauthn_json.h"
#include "accounts/wire/webauthn_options.h"
#include "vectors.h"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

namespace matinee::accounts {
namespace {

namespace json = boost::json;

TEST(WebAuthnVectors, ThoseOfLevel3AreAccepted)
{
    const auto file = vectors("webauthn_l3.json");
    int registrations = 0;
    int assertions = 0;
    for (const auto &vector : file.at("vectors").as_array()) {
        const std::string name = textIn(vector, "name");
        SCOPED_TRACE(name);
        const auto &made = vector.at("registration");
        Ceremony ceremony{hexIn(made, "challenge"), textIn(file, "rpId"), {textIn(file, "origin")}, {}, false};
        const RegistrationResponse response{
            hexIn(made, "credentialId"), hexIn(made, "clientDataJSON"), hexIn(made, "attestationObject"), {}};
        if (name == "none.ES256.crossOrigin") {
            EXPECT_EQ(verifyRegistration(response, {ceremony, kPasskeyAlgorithms}).error(), WebAuthnFault::CrossOrigin);
            ceremony.topOrigins = {"https://example.com"};
        }
        const auto passkey = verifyRegistration(response, {ceremony, kPasskeyAlgorithms});
        ASSERT_TRUE(passkey) << webauthnFaultName(passkey.error());
        ++registrations;
        EXPECT_EQ(Bytes(passkey->aaguid.begin(), passkey->aaguid.end()), hexIn(made, "aaguid"));
        const bool isNone = name.starts_with("none");
        const bool isSelf = name.starts_with("packed-self");
        EXPECT_EQ(passkey->attestation, isNone ? Attestation::None : isSelf ? Attestation::Self : Attestation::Unverified);
        if (!vector.as_object().contains("authentication"))
            continue;

        const auto &used = vector.at("authentication");
        ceremony.challenge = hexIn(used, "challenge");
        AssertionResponse answer{
            passkey->id, hexIn(used, "clientDataJSON"), hexIn(used, "authenticatorData"), hexIn(used, "signature"), {}};
        const KnownPasskey known{passkey->id, passkey->publicKey, passkey->signCount, passkey->backupEligible, {}};
        const auto use = verifyAssertion(answer, known, {ceremony});
        ASSERT_TRUE(use) << webauthnFaultName(use.error());
        ++assertions;
        answer.signature.back() ^= 1;
        EXPECT_EQ(verifyAssertion(answer, known, {ceremony}).error(), WebAuthnFault::Signature);
    }
    EXPECT_EQ(registrations, 6);
    EXPECT_EQ(assertions, 5);
}

/// As the browser's toJSON() has it.
std::string answerOf(const json::value &example)
{
    const auto &credential = example.at("credential").as_object();
    json::object response = credential;
    response.erase("id");
    json::object object;
    object["id"] = credential.at("id");
    object["rawId"] = credential.at("id");
    object["type"] = "public-key";
    object["response"] = std::move(response);
    object["clientExtensionResults"] = json::object();
    return json::serialize(object);
}

Ceremony ceremonyOf(const json::value &example)
{
    return {*fromBase64url(textIn(example, "challenge")), textIn(example, "rpId"), {textIn(example, "origin")}, {}, false};
}

TEST(WebAuthnVectors, RegistrationsOfSimpleWebAuthnAreAccepted)
{
    const auto file = vectors("simplewebauthn.json");
    ASSERT_EQ(file.at("registrations").as_array().size(), 4U);
    for (const auto &example : file.at("registrations").as_array()) {
        SCOPED_TRACE(textIn(example, "name"));
        const auto response = registrationResponseOf(answerOf(example));
        ASSERT_TRUE(response);
        const auto passkey = verifyRegistration(*response, {ceremonyOf(example), kPasskeyAlgorithms});
        ASSERT_TRUE(passkey) << webauthnFaultName(passkey.error());
        EXPECT_EQ(base64url(passkey->id), textIn(example.at("credential"), "id"));
        EXPECT_EQ(passkey->attestationFormat, textIn(example, "format"));
        EXPECT_EQ(passkey->userVerified, example.at("userVerified").as_bool());
        EXPECT_EQ(passkey->attestation == Attestation::Self, example.as_object().contains("self"));
        EXPECT_FALSE(passkey->backupEligible);
        auto other = ceremonyOf(example);
        other.rpId = "example.org";
        EXPECT_EQ(verifyRegistration(*response, {other, kPasskeyAlgorithms}).error(), WebAuthnFault::RelyingParty);
    }
}

TEST(WebAuthnVectors, AssertionsOfSimpleWebAuthnAreAccepted)
{
    const auto file = vectors("simplewebauthn.json");
    ASSERT_EQ(file.at("assertions").as_array().size(), 3U);
    for (const auto &example : file.at("assertions").as_array()) {
        SCOPED_TRACE(textIn(example, "name"));
        auto response = assertionResponseOf(answerOf(example));
        ASSERT_TRUE(response);
        const auto stored = static_cast<std::uint32_t>(example.at("storedCount").as_int64());
        KnownPasskey known{response->id, *fromBase64url(textIn(example, "publicKey")), stored, false, {}};
        const auto use = verifyAssertion(*response, known, {ceremonyOf(example)});
        ASSERT_TRUE(use) << webauthnFaultName(use.error());
        EXPECT_EQ(use->signCount, example.at("signCount").as_int64());
        EXPECT_FALSE(use->counterWentBack);
        known.signCount = use->signCount;
        EXPECT_EQ(verifyAssertion(*response, known, {ceremonyOf(example)})->counterWentBack, use->signCount != 0) << "the same again";
        response->signature[10] ^= 1;
        EXPECT_EQ(verifyAssertion(*response, known, {ceremonyOf(example)}).error(), WebAuthnFault::Signature);
    }
}

} // namespace
} // namespace matinee::accounts
