// Every vector of Wycheproof for what we sign and verify with: what is invalid is refused, what is valid and of our algorithms is accepted.
#include "accounts/wire/jwk.h"
#include "accounts/wire/jws.h"
#include "vectors.h"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include <set>

namespace matinee::accounts {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::IsEmpty;

const AlgorithmSet kAll{Algorithm::Hs256, Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256};

struct Tally
{
    int accepted = 0;
    int refused = 0;
    std::vector<std::string> wronglyAccepted = {};
    std::set<std::int64_t> validRefused = {};

    void add(const json::value &test, bool good)
    {
        const std::string result = textIn(test, "result");
        const auto id = test.at("tcId").as_int64();
        ++(good ? accepted : refused);
        if (good && result == "invalid")
            wronglyAccepted.push_back(std::to_string(id) + " " + textIn(test, "comment"));
        if (!good && result == "valid")
            validRefused.insert(id);
    }
};

template <class KeyOf> Tally verifyAll(const std::string &file, KeyOf keyOf, EcdsaForm form)
{
    Tally tally;
    const json::value all = vectors(file);
    for (const auto &group : all.at("testGroups").as_array()) {
        const auto key = keyOf(group);
        for (const auto &test : group.at("tests").as_array())
            tally.add(test, key && key->verify(hexIn(test, "msg"), hexIn(test, "sig"), form));
    }
    return tally;
}

Result<Key, KeyFault> p256Of(const json::value &group)
{
    const Bytes point = hexIn(group.at("publicKey"), "uncompressed");
    return Key::p256(BytesView(point).subspan(1, 32), BytesView(point).subspan(33));
}

/// Its leading zero is DER's.
Result<Key, KeyFault> rsaOf(const json::value &group)
{
    const auto &key = group.at("publicKey");
    return Key::rsa(hexIn(key, "modulus"), hexIn(key, "publicExponent"));
}

Tally tokens(const std::string &file)
{
    Tally tally;
    const json::value all = vectors(file);
    for (const auto &group : all.at("testGroups").as_array()) {
        const auto &object = group.as_object();
        const auto &jwk = object.contains("public") ? object.at("public") : object.at("private");
        json::object set;
        if (jwk.as_object().contains("keys"))
            set = jwk.as_object();
        else
            set["keys"] = json::array{jwk};
        const auto keys = keySetOfJwks(json::serialize(set));
        for (const auto &test : group.at("tests").as_array())
            tally.add(test, keys && verifyJws(textIn(test, "jws"), *keys, kAll));
    }
    return tally;
}

std::string tokenOf(std::int64_t id)
{
    const json::value all = vectors("wycheproof_json_web_signature.json");
    for (const auto &group : all.at("testGroups").as_array())
        for (const auto &test : group.at("tests").as_array())
            if (test.at("tcId").as_int64() == id)
                return textIn(test, "jws");
    return {};
}

TEST(Wycheproof, SignaturesOfP256InDer)
{
    const Tally tally = verifyAll("wycheproof_ecdsa_secp256r1_sha256.json", p256Of, EcdsaForm::Der);
    EXPECT_THAT(tally.wronglyAccepted, IsEmpty());
    EXPECT_THAT(tally.validRefused, IsEmpty());
    EXPECT_EQ(tally.accepted, 174);
    EXPECT_EQ(tally.refused, 310);
}

TEST(Wycheproof, SignaturesOfP256AsTwoNumbers)
{
    const Tally tally = verifyAll("wycheproof_ecdsa_secp256r1_sha256_p1363.json", p256Of, EcdsaForm::Raw);
    EXPECT_THAT(tally.wronglyAccepted, IsEmpty());
    EXPECT_THAT(tally.validRefused, IsEmpty());
    EXPECT_EQ(tally.accepted, 173);
    EXPECT_EQ(tally.refused, 89);
}

TEST(Wycheproof, SignaturesOfEd25519)
{
    const auto keyOf = [](const json::value &group) { return Key::ed25519(hexIn(group.at("publicKey"), "pk")); };
    const Tally tally = verifyAll("wycheproof_ed25519.json", keyOf, EcdsaForm::Raw);
    EXPECT_THAT(tally.wronglyAccepted, IsEmpty());
    EXPECT_THAT(tally.validRefused, IsEmpty());
    EXPECT_EQ(tally.accepted, 88);
    EXPECT_EQ(tally.refused, 63);
}

TEST(Wycheproof, SignaturesOfRsa)
{
    const Tally tally = verifyAll("wycheproof_rsa_signature_2048_sha256.json", rsaOf, EcdsaForm::Raw);
    EXPECT_THAT(tally.wronglyAccepted, IsEmpty());
    EXPECT_THAT(tally.validRefused, IsEmpty());
    EXPECT_EQ(tally.accepted + tally.refused, 259);
    EXPECT_GE(tally.accepted, 9) << "one more, without the NULL of its hash, may be accepted or not";
}

TEST(Wycheproof, JsonWebSignatures)
{
    const Tally tally = tokens("wycheproof_json_web_signature.json");
    // These two are the same token as 357, which is valid, to the byte (C2SP/wycheproof, issue 236): their padding got lost.
    EXPECT_THAT(tally.wronglyAccepted, ElementsAre("367 invalidBase64Padding", "370 invalidBase64PaddingInPayload"));
    EXPECT_EQ(tokenOf(367), tokenOf(357));
    EXPECT_EQ(tokenOf(370), tokenOf(357));
    EXPECT_EQ(tally.accepted, 18 + 2) << "all that are valid, of HS256, ES256 and RS256";
    EXPECT_EQ(tally.accepted + tally.refused, 401);
    // RS384, RS512, PS256, PS384, PS512 and ES512 are not ours. 372 and 373 have a '?' within their base64url, and a signature that fits
    // once it is left out: RFC 7515, 2 wants no other characters.
    std::set<std::int64_t> others{287, 288, 346, 347, 350, 351, 372, 373};
    for (const auto &[first, last] : {std::pair{264, 275}, {320, 323}, {325, 328}})
        for (int id = first; id <= last; ++id)
            others.insert(id);
    EXPECT_EQ(tally.validRefused, others);
}

TEST(Wycheproof, JsonWebKeys)
{
    const Tally tally = tokens("wycheproof_json_web_key.json");
    EXPECT_THAT(tally.wronglyAccepted, IsEmpty());
    EXPECT_EQ(tally.accepted, 3);
    EXPECT_EQ(tally.refused, 23);
    EXPECT_EQ(tally.validRefused, (std::set<std::int64_t>{14, 15})) << "HS384 and HS512";
}

} // namespace
} // namespace matinee::accounts
