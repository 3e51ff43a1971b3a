#include "accounts/wire/webauthn_json.h"

#include "accounts/wire/webauthn_options.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

namespace matinee::accounts {
namespace {

namespace json = boost::json;

constexpr std::string_view kCreated = R"({"id":"AQID","rawId":"AQID","type":"public-key","authenticatorAttachment":"platform",
    "response":{"clientDataJSON":"e30","attestationObject":"oA","transports":["internal","hybrid","A B","","x"],"publicKeyAlgorithm":-7},
    "clientExtensionResults":{"credProps":{"rk":true}}})";
constexpr std::string_view kGot = R"({"id":"AQID","rawId":"AQID","type":"public-key",
    "response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"BAUG","userHandle":"CQ"},"clientExtensionResults":{}})";

std::string with(std::string_view whole, std::string_view pointer, std::string_view value)
{
    json::value changed = json::parse(whole);
    const auto slash = pointer.find('/');
    json::object &object = slash == std::string_view::npos ? changed.as_object() : changed.as_object()["response"].as_object();
    const std::string_view name = slash == std::string_view::npos ? pointer : pointer.substr(slash + 1);
    object.erase(name);
    if (value != "absent")
        object[name] = json::parse(value);
    return json::serialize(changed);
}

TEST(WebAuthnJson, AnswersAreRead)
{
    const auto created = registrationResponseOf(kCreated);
    ASSERT_TRUE(created);
    EXPECT_EQ(created->id, (Bytes{1, 2, 3}));
    EXPECT_EQ(textOf(created->clientData), "{}");
    EXPECT_EQ(created->attestationObject, Bytes{0xa0});
    EXPECT_EQ(created->transports, (std::vector<std::string>{"internal", "hybrid", "x"}));
    const auto got = assertionResponseOf(kGot);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->id, (Bytes{1, 2, 3}));
    EXPECT_EQ(got->authenticatorData, Bytes{0});
    EXPECT_EQ(got->signature, (Bytes{4, 5, 6}));
    EXPECT_EQ(got->userHandle, Bytes{9});
    EXPECT_FALSE(assertionResponseOf(with(kGot, "response/userHandle", "null"))->userHandle);
    EXPECT_FALSE(assertionResponseOf(with(kGot, "response/userHandle", "absent"))->userHandle);
}

TEST(WebAuthnJson, WhatIsMissingOrOfAnotherKindIsRefused)
{
    for (const char *place : {"id", "rawId", "type", "response", "response/clientDataJSON", "response/attestationObject"})
        for (const char *value : {"absent", "null", "1", "[]", R"("A=")"})
            EXPECT_FALSE(registrationResponseOf(with(kCreated, place, value))) << place << " " << value;
    for (const char *place :
         {"id", "rawId", "type", "response", "response/clientDataJSON", "response/authenticatorData", "response/signature"})
        for (const char *value : {"absent", "null", "1", "[]", R"("A=")"})
            EXPECT_FALSE(assertionResponseOf(with(kGot, place, value))) << place << " " << value;
    for (const char *value : {"1", "[]", R"("A=")"})
        EXPECT_FALSE(assertionResponseOf(with(kGot, "response/userHandle", value))) << value;
    EXPECT_FALSE(registrationResponseOf(with(kCreated, "rawId", R"("AQIE")")));
    EXPECT_FALSE(registrationResponseOf(with(kCreated, "type", R"("password")")));
    EXPECT_FALSE(registrationResponseOf(R"({"id":"AQID",)" + std::string(kCreated.substr(1)))) << "id twice";
    EXPECT_FALSE(registrationResponseOf(with(kCreated, "x", "\"" + std::string(65536, 'x') + "\"")));
    EXPECT_FALSE(registrationResponseOf(kGot));
    EXPECT_FALSE(assertionResponseOf(kCreated));
}

TEST(WebAuthnJson, AnswersCutAtEachByteAreRefused)
{
    for (std::size_t size = 0; size < kCreated.size(); ++size)
        EXPECT_FALSE(registrationResponseOf(kCreated.substr(0, size))) << size;
    for (std::size_t size = 0; size < kGot.size(); ++size)
        EXPECT_FALSE(assertionResponseOf(kGot.substr(0, size))) << size;
}

TEST(WebAuthnOptions, OfARegistration)
{
    RegistrationOptions options;
    options.challenge = Bytes(32, 0xff);
    options.rpId = "example.org";
    options.rpName = "Matinee";
    options.userHandle = {1, 2, 3};
    options.userName = "ana@example.org";
    options.displayName = "Ana \"A\"";
    options.exclude = {{{4, 5, 6}, {"usb"}}, {{7}, {}}};
    EXPECT_EQ(json::value(jsonOf(options)), json::parse(R"({
        "rp":{"id":"example.org","name":"Matinee"},"user":{"id":"AQID","name":"ana@example.org","displayName":"Ana \"A\""},
        "challenge":"__________________________________________8",
        "pubKeyCredParams":[{"type":"public-key","alg":-8},{"type":"public-key","alg":-7},{"type":"public-key","alg":-257}],
        "timeout":300000,"excludeCredentials":[{"type":"public-key","id":"BAUG","transports":["usb"]},{"type":"public-key","id":"Bw"}],
        "authenticatorSelection":{"residentKey":"required","requireResidentKey":true,"userVerification":"required"},
        "attestation":"none","extensions":{"credProps":true}})"));
    options.discoverable = false;
    options.userVerification = UserVerification::Discouraged;
    EXPECT_EQ(jsonOf(options).at("authenticatorSelection"),
              json::parse(R"({"residentKey":"discouraged","requireResidentKey":false,"userVerification":"discouraged"})"));
}

TEST(WebAuthnOptions, OfAnAssertion)
{
    AssertionOptions options;
    options.challenge = {1, 2, 3};
    options.rpId = "example.org";
    EXPECT_EQ(
        json::value(jsonOf(options)),
        json::parse(R"({"challenge":"AQID","timeout":300000,"rpId":"example.org","allowCredentials":[],"userVerification":"required"})"));
    options.allow = {{{7}, {"internal", "hybrid"}}};
    options.userVerification = UserVerification::Preferred;
    EXPECT_EQ(jsonOf(options).at("allowCredentials"),
              json::parse(R"([{"type":"public-key","id":"Bw","transports":["internal","hybrid"]}])"));
    EXPECT_EQ(jsonOf(options).at("userVerification"), "preferred");
}

} // namespace
} // namespace matinee::accounts
