#include "accounts/wire/webauthn.h"

#include "accounts/wire/webauthn_options.h"
#include "authenticator.h"
#include "pem_keys.h"
#include "tests/support/hex.h"

#include <gmock/gmock.h>

namespace matinee::accounts {
namespace {

using test::hex;

class WebAuthnTest : public testing::Test
{
protected:
    std::string registered(const RegistrationResponse &response) const
    {
        const auto passkey = verifyRegistration(response, registration);
        return passkey ? "good" : std::string(webauthnFaultName(passkey.error()));
    }
    std::string registered() const { return registered(authenticator.create(challenge)); }
    std::string asserted(const AssertionResponse &response, const KnownPasskey &known) const
    {
        const auto use = verifyAssertion(response, known, assertion);
        return use ? "good" : std::string(webauthnFaultName(use.error()));
    }
    std::string asserted(const AssertionResponse &response) const { return asserted(response, authenticator.known()); }
    std::string asserted() const { return asserted(authenticator.get(challenge)); }
    /// Both ceremonies, which mostly say the same.
    std::string both() const { return registered() == asserted() ? registered() : registered() + ", " + asserted(); }

    Bytes challenge = Bytes(32, 0x5a);
    Authenticator authenticator;
    RegistrationExpectation registration{{challenge, "example.org", {"https://example.org"}, {}}, kPasskeyAlgorithms};
    AssertionExpectation assertion{{challenge, "example.org", {"https://example.org"}, {}}};
};

TEST_F(WebAuthnTest, APasskeyIsRegisteredAndUsed)
{
    authenticator.flags = 0x1d;
    const auto passkey = verifyRegistration(authenticator.create(challenge), registration);
    ASSERT_TRUE(passkey);
    EXPECT_EQ(passkey->id, authenticator.id);
    EXPECT_EQ(passkey->publicKey, coseOf(authenticator.key));
    EXPECT_EQ(passkey->algorithm, Algorithm::Es256);
    EXPECT_EQ(passkey->attestation, Attestation::None);
    EXPECT_EQ(passkey->attestationFormat, "none");
    EXPECT_EQ(passkey->transports, std::vector<std::string>{"internal"});
    EXPECT_TRUE(passkey->userVerified && passkey->backupEligible && passkey->backedUp);

    const KnownPasskey known{passkey->id, passkey->publicKey, passkey->signCount, passkey->backupEligible, Bytes(64, 0x22)};
    const auto use = verifyAssertion(authenticator.get(challenge), known, assertion);
    ASSERT_TRUE(use);
    EXPECT_TRUE(use->userVerified && use->backedUp);
    EXPECT_FALSE(use->counterWentBack);
}

TEST_F(WebAuthnTest, EachAlgorithmThatWasAskedForIsTakenAndNoOther)
{
    const Bytes seed(32, 5);
    const std::vector<Key> keys{*Key::p256Private(seed), *Key::ed25519Private(seed), *Key::privateFromPem(rsaPem(2048))};
    for (const Key &key : keys) {
        authenticator.key = key;
        registration.algorithms = kPasskeyAlgorithms;
        EXPECT_EQ(both(), "good");
        EXPECT_EQ(registered(authenticator.create(challenge, true)), "good");
        std::erase(registration.algorithms, key.algorithm());
        EXPECT_EQ(registered(), "algorithm");
    }
}

TEST_F(WebAuthnTest, AnotherChallengeTypeOriginAndDomainAreRefused)
{
    EXPECT_EQ(registered(authenticator.create(Bytes(32, 1))), "challenge");
    EXPECT_EQ(asserted(authenticator.get(Bytes(32, 1))), "challenge");
    EXPECT_EQ(registered(authenticator.create(BytesView(challenge).first(31))), "challenge");

    auto response = authenticator.create(challenge);
    response.clientData = authenticator.clientData("webauthn.get", challenge);
    EXPECT_EQ(registered(response), "type");
    auto answer = authenticator.get(challenge);
    answer.clientData = authenticator.clientData("webauthn.create", challenge);
    EXPECT_EQ(asserted(answer), "type");

    for (const char *origin : {"https://evil.example", "http://example.org", "https://example.org:8443", "https://example.org/",
                               "https://a.example.org", "https://example.org.evil.example", "HTTPS://EXAMPLE.ORG", ""}) {
        authenticator.origin = origin;
        EXPECT_EQ(both(), "origin") << origin;
    }
    authenticator.origin = "https://example.org";
    authenticator.rpId = "evil.example";
    EXPECT_EQ(both(), "relying_party");
}

TEST_F(WebAuthnTest, AChallengeThatCanBeGuessedIsNeverAnswered)
{
    for (const Bytes &weak : {Bytes{}, Bytes(15, 1)}) {
        registration.ceremony.challenge = weak;
        assertion.ceremony.challenge = weak;
        EXPECT_EQ(registered(authenticator.create(weak)), "challenge");
        EXPECT_EQ(asserted(authenticator.get(weak)), "challenge");
    }
}

TEST_F(WebAuthnTest, OneOfSeveralOriginsIsEnough)
{
    registration.ceremony.origins = {"https://other.example.org", "https://example.org"};
    EXPECT_EQ(registered(), "good");
    registration.ceremony.origins.clear();
    EXPECT_EQ(registered(), "origin");
}

TEST_F(WebAuthnTest, FramesOfOtherSitesAreRefusedUnlessTheyAreNamed)
{
    authenticator.clientDataMore = R"(,"topOrigin":"https://news.example")";
    EXPECT_EQ(both(), "cross_origin");
    registration.ceremony.topOrigins = assertion.ceremony.topOrigins = {"https://news.example"};
    EXPECT_EQ(both(), "good");
    authenticator.clientDataMore = R"(,"topOrigin":"https://evil.example")";
    EXPECT_EQ(both(), "cross_origin");
    authenticator.clientDataMore.clear();
    EXPECT_EQ(both(), "good");
}

TEST_F(WebAuthnTest, PresenceIsAlwaysRequiredAndVerificationWhereItIsSaid)
{
    authenticator.flags = 0x04;
    EXPECT_EQ(both(), "user_presence");
    authenticator.flags = 0x01;
    EXPECT_EQ(both(), "user_verification");
    registration.ceremony.requireUserVerification = assertion.ceremony.requireUserVerification = false;
    EXPECT_EQ(both(), "good");
    EXPECT_FALSE(verifyAssertion(authenticator.get(challenge), authenticator.known(), assertion)->userVerified);
}

TEST_F(WebAuthnTest, BackupFlagsAreKeptAndNeverContradict)
{
    authenticator.flags = 0x15;
    EXPECT_EQ(registered(), "backup_flags");
    authenticator.flags = 0x0d;
    EXPECT_EQ(registered(), "good");
    KnownPasskey known = authenticator.known();
    authenticator.flags = 0x1d;
    EXPECT_TRUE(verifyAssertion(authenticator.get(challenge), known, assertion)->backedUp) << "backed up since";
    authenticator.flags = 0x05;
    EXPECT_EQ(asserted(authenticator.get(challenge), known), "backup_flags") << "it could be backed up when it was registered";
    known.backupEligible = false;
    EXPECT_EQ(asserted(authenticator.get(challenge), known), "good");
}

TEST_F(WebAuthnTest, ACounterThatDoesNotGrowIsReported)
{
    const auto use = [&](std::uint32_t stored, std::uint32_t said) {
        authenticator.count = said;
        KnownPasskey known = authenticator.known();
        known.signCount = stored;
        const auto verified = verifyAssertion(authenticator.get(challenge), known, assertion);
        EXPECT_TRUE(verified);
        EXPECT_EQ(verified->signCount, said);
        return verified->counterWentBack;
    };
    EXPECT_FALSE(use(0, 0)) << "it does not count";
    EXPECT_FALSE(use(0, 1));
    EXPECT_FALSE(use(7, 8));
    EXPECT_FALSE(use(7, 0xffffffff));
    EXPECT_TRUE(use(7, 7));
    EXPECT_TRUE(use(7, 6));
    EXPECT_TRUE(use(7, 0));
}

TEST_F(WebAuthnTest, ASignatureIsOfThatPasskeyAndOfAllThatWasSaid)
{
    EXPECT_EQ(asserted(), "good");
    const auto good = authenticator.get(challenge);
    for (std::size_t at = 0; at < good.signature.size(); ++at) {
        auto changed = good;
        changed.signature[at] ^= 1;
        EXPECT_EQ(asserted(changed), "signature") << at;
    }
    for (std::size_t at = 32; at < good.authenticatorData.size(); ++at) {
        auto changed = good;
        changed.authenticatorData[at] ^= at == 32 ? 0x02 : 1; // of the flags a reserved one: others are refused for what they say
        EXPECT_EQ(asserted(changed), "signature") << at;
    }
    auto changed = good;
    changed.clientData.insert(changed.clientData.end() - 1, ' ');
    EXPECT_EQ(asserted(changed), "signature");
    Authenticator other = authenticator;
    other.key = *Key::p256Private(Bytes(32, 8));
    EXPECT_EQ(asserted(other.get(challenge)), "signature");
    changed = good;
    changed.signature = *rawOfDerEcdsa(good.signature);
    EXPECT_EQ(asserted(changed), "signature") << "passkeys write DER";
    changed.signature.clear();
    EXPECT_EQ(asserted(changed), "signature");
}

TEST_F(WebAuthnTest, ThePasskeyIsTheOneThatWasLookedUpAndOfItsAccount)
{
    auto response = authenticator.get(challenge);
    response.id = Bytes(16, 1);
    EXPECT_EQ(asserted(response), "credential_id");
    auto registering = authenticator.create(challenge);
    registering.id = Bytes(16, 1);
    EXPECT_EQ(registered(registering), "credential_id");

    response = authenticator.get(challenge);
    response.userHandle = Bytes(64, 0x23);
    EXPECT_EQ(asserted(response), "user_handle");
    for (const auto &none : {std::optional<Bytes>{}, std::optional(Bytes{})}) {
        response.userHandle = none;
        assertion.discoverable = false;
        EXPECT_EQ(asserted(response), "good");
        assertion.discoverable = true;
        EXPECT_EQ(asserted(response), "user_handle") << "nobody said whose";
    }
    EXPECT_EQ(asserted(), "good");
}

TEST_F(WebAuthnTest, AttestationIsNoneOrHoldsOrIsWorthNothing)
{
    const Bytes client = authenticator.clientData("webauthn.create", challenge);
    const Bytes data = authenticator.data(true);
    const auto with = [&](std::string_view format, const Bytes &statement) {
        return RegistrationResponse{authenticator.id, client, attestationObject(format, statement, data), {}};
    };
    const auto kind = [&](const RegistrationResponse &response) { return verifyRegistration(response, registration)->attestation; };
    EXPECT_EQ(kind(with("none", hex("a0"))), Attestation::None);
    EXPECT_EQ(registered(with("none", hex("a1 6161 00"))), "attestation") << "none says nothing";
    EXPECT_EQ(registered(with("none", hex("80"))), "attestation");
    EXPECT_EQ(kind(authenticator.create(challenge, true)), Attestation::Self);
    EXPECT_EQ(kind(with("fido-u2f", hex("a2 63736967 4100 63783563 81 4100"))), Attestation::Unverified);
    EXPECT_EQ(kind(with("compound", hex("80"))), Attestation::Unverified);
    EXPECT_EQ(kind(with("packed", hex("a3 63616c67 26 63736967 4100 63783563 81 4100"))), Attestation::Unverified);
    for (const char *statement : {"a0", "a1 63616c67 26", "a2 63616c67 26 63736967 4100", "a2 63616c67 27 63736967 4100", "80",
                                  "a2 63616c67 26 63736967 6100", "a3 63616c67 26 63736967 4100 6a656364616b6579496400 00"})
        EXPECT_EQ(registered(with("packed", hex(statement))), "attestation") << statement;
    for (const char *format : {"", "Packed", "a b", "\xc3\xa9", "abcdefghijklmnopqrstuvwxyz0123456"})
        EXPECT_EQ(registered(with(format, hex("a0"))), "attestation") << format;

    registration.requireAttestation = true;
    EXPECT_EQ(registered(), "attestation_required");
    EXPECT_EQ(registered(with("fido-u2f", hex("a2 63736967 4100 63783563 81 4100"))), "attestation_required");
    EXPECT_EQ(registered(authenticator.create(challenge, true)), "good");
}

TEST_F(WebAuthnTest, ASelfAttestationOfAnotherAlgorithmOrOfOtherDataIsRefused)
{
    auto response = authenticator.create(challenge, true);
    response.clientData = authenticator.clientData("webauthn.create", challenge);
    response.clientData.insert(response.clientData.end() - 1, ' ');
    EXPECT_EQ(registered(response), "attestation");
    response = authenticator.create(challenge, true);
    auto &object = response.attestationObject;
    const Bytes algorithm = hex("63616c6726");
    const auto found = std::search(object.begin(), object.end(), algorithm.begin(), algorithm.end());
    ASSERT_NE(found, object.end());
    *(found + 4) = 0x27;
    EXPECT_EQ(registered(response), "attestation");
}

TEST_F(WebAuthnTest, AnAttestationObjectOfAnotherShapeIsRefused)
{
    using namespace cbor;
    const Bytes data = bytes(authenticator.data(true));
    const auto with = [&](const Bytes &object) {
        return registered({authenticator.id, authenticator.clientData("webauthn.create", challenge), object, {}});
    };
    EXPECT_EQ(with(map({text("authData"), data, text("fmt"), text("none"), text("attStmt"), map({})})), "good")
        << "browsers order it as they like";
    EXPECT_EQ(with(map({text("fmt"), text("none"), text("attStmt"), map({})})), "attestation");
    EXPECT_EQ(with(map({text("fmt"), text("none"), text("authData"), data})), "attestation");
    EXPECT_EQ(with(map({text("attStmt"), map({}), text("authData"), data})), "attestation");
    EXPECT_EQ(with(map({text("fmt"), text("none"), text("attStmt"), map({}), text("authData"), data, text("x"), number(1)})),
              "attestation");
    EXPECT_EQ(with(map({text("fmt"), bytes({}), text("attStmt"), map({}), text("authData"), data})), "attestation");
    EXPECT_EQ(with(map({text("fmt"), text("none"), text("attStmt"), number(1), text("authData"), data})), "attestation");
    EXPECT_EQ(with(map({text("fmt"), text("none"), text("attStmt"), map({}), text("authData"), text("x")})), "attestation");
    EXPECT_EQ(with(map({text("fmt"), text("none"), text("attStmt"), map({}), text("authData"), bytes(authenticator.data(false))})),
              "authenticator_data")
        << "no passkey in it";
    EXPECT_EQ(with(hex("80")), "attestation");
    EXPECT_EQ(with({}), "attestation");
}

TEST_F(WebAuthnTest, EachPartCutAtEachByteIsRefused)
{
    const auto whole = authenticator.create(challenge, true);
    ASSERT_EQ(registered(whole), "good");
    const auto cut = [](const Bytes &bytes, std::size_t size) {
        return Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    };
    for (std::size_t size = 0; size < whole.attestationObject.size(); ++size) {
        auto response = whole;
        response.attestationObject = cut(whole.attestationObject, size);
        EXPECT_NE(registered(response), "good") << size;
    }
    for (std::size_t size = 0; size < whole.clientData.size(); ++size) {
        auto response = whole;
        response.clientData = cut(whole.clientData, size);
        EXPECT_EQ(registered(response), "client_data") << size;
    }
    const auto answer = authenticator.get(challenge);
    for (std::size_t size = 0; size < answer.authenticatorData.size(); ++size) {
        auto response = answer;
        response.authenticatorData = cut(answer.authenticatorData, size);
        EXPECT_EQ(asserted(response), "authenticator_data") << size;
    }
    auto response = whole;
    response.attestationObject.push_back(0);
    EXPECT_EQ(registered(response), "attestation");
}

TEST_F(WebAuthnTest, ClientDataIsStrictJsonWithItsMembers)
{
    for (const char *json :
         {"", "[]", "{}", R"({"type":"webauthn.create"})", R"({"type":1,"challenge":"AAAA","origin":"x"})",
          R"({"type":"webauthn.create","challenge":"A","origin":"x"})", R"({"type":"webauthn.create","challenge":"AA==","origin":"x"})",
          R"({"type":"webauthn.get","type":"webauthn.create","challenge":"AAAA","origin":"x"})",
          R"({"type":"webauthn.create","challenge":"AAAA","origin":["x"]})",
          R"({"type":"webauthn.create","challenge":"AAAA","origin":"x","crossOrigin":"no"})",
          R"({"type":"webauthn.create","challenge":"AAAA","origin":"x","topOrigin":null})",
          "\xef\xbb\xbf{\"type\":\"webauthn.create\",\"challenge\":\"AAAA\",\"origin\":\"x\"}"}) {
        auto response = authenticator.create(challenge);
        response.clientData = copyOf(bytesOf(json));
        EXPECT_EQ(registered(response), "client_data") << json;
    }
    authenticator.clientDataMore = R"(,"x":")" + std::string(8192, 'x') + "\"";
    EXPECT_EQ(both(), "client_data");
    authenticator.clientDataMore =
        R"(,"new_keys_may_be_added_here":"do not compare clientDataJSON against a template","tokenBinding":{"status":"supported"})";
    EXPECT_EQ(both(), "good");
}

TEST_F(WebAuthnTest, AStoredKeyThatIsNoneIsRefused)
{
    KnownPasskey known = authenticator.known();
    known.publicKey.push_back(0);
    EXPECT_EQ(asserted(authenticator.get(challenge), known), "public_key");
}

} // namespace
} // namespace matinee::accounts
