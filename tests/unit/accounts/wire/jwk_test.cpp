#include "accounts/wire/jwk.h"

#include "accounts/wire/base64url.h"
#include "accounts/wire/strict_json.h"
#include "pem_keys.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

namespace matinee::accounts {
namespace {

namespace json = boost::json;

// RFC 7515, A.3 and RFC 8037, A.2, without their private parts; RFC 7515, A.1.
constexpr std::string_view kEc = R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                                 R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
constexpr std::string_view kOkp = R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
constexpr std::string_view kOct =
    R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})";

/// The key with a member changed or added; with "null", without it.
std::string changed(std::string_view jwk, std::string_view member, std::string_view value)
{
    json::object object = *strictObject(jwk);
    object.erase(member);
    if (value != "null")
        object[member] = json::parse(value);
    return json::serialize(object);
}

std::string verdict(std::string_view jwk)
{
    const auto key = keyOfJwk(*strictObject(jwk));
    if (key)
        return std::string(joseName(key->key.algorithm()));
    switch (key.error()) {
    case JwkFault::Malformed:
        return "malformed";
    case JwkFault::Kind:
        return "kind";
    case JwkFault::Use:
        return "use";
    case JwkFault::Private:
        return "private";
    case JwkFault::Key:
        return "key";
    }
    return "?";
}

std::string setVerdict(std::string_view text)
{
    const auto set = keySetOfJwks(text);
    return set ? std::to_string(set->keys().size()) : std::string(keySetFaultText(set.error()));
}

std::string setOf(std::initializer_list<std::string> keys)
{
    std::string text;
    for (const auto &key : keys)
        text += (text.empty() ? "" : ",") + key;
    return R"({"keys":[)" + text + "]}";
}

TEST(Jwk, EachKindOfKeyIsRead)
{
    EXPECT_EQ(verdict(kEc), "ES256");
    EXPECT_EQ(verdict(kOkp), "EdDSA");
    EXPECT_EQ(verdict(kOct), "HS256");
    EXPECT_EQ(verdict(changed(kEc, "alg", R"("ES256")")), "ES256");
    EXPECT_EQ(verdict(changed(kOkp, "alg", R"("EdDSA")")), "EdDSA");
    EXPECT_EQ(verdict(changed(kOkp, "alg", R"("Ed25519")")), "EdDSA");
    EXPECT_EQ(verdict(changed(kEc, "use", R"("sig")")), "ES256");
    EXPECT_EQ(verdict(changed(kEc, "key_ops", R"(["sign","verify"])")), "ES256");
    EXPECT_EQ(verdict(changed(kEc, "x5c", R"(["?"])")), "ES256") << "certificates are not looked at";
    EXPECT_EQ(keyOfJwk(*strictObject(changed(kEc, "kid", R"("k1")")))->id, "k1");
}

TEST(Jwk, KindAlgorithmAndCurveBelongTogether)
{
    for (const char *name : {"HS256", "RS256", "EdDSA", "ES384", "none", "es256", ""})
        EXPECT_EQ(verdict(changed(kEc, "alg", "\"" + std::string(name) + "\"")), "kind") << name;
    EXPECT_EQ(verdict(changed(kEc, "alg", "7")), "kind");
    EXPECT_EQ(verdict(changed(kEc, "crv", R"("P-384")")), "kind");
    EXPECT_EQ(verdict(changed(kEc, "crv", R"("Ed25519")")), "kind");
    EXPECT_EQ(verdict(changed(kEc, "crv", "null")), "kind");
    EXPECT_EQ(verdict(changed(kOkp, "crv", R"("Ed448")")), "kind");
    EXPECT_EQ(verdict(changed(kOct, "kty", R"("OCT")")), "kind");
    EXPECT_EQ(verdict(changed(kOct, "kty", "null")), "malformed");
    EXPECT_EQ(verdict(changed(kEc, "kty", R"("RSA")")), "malformed") << "no n";
}

TEST(Jwk, KeysForOtherUsesAndPrivateOnesAreRefused)
{
    EXPECT_EQ(verdict(changed(kEc, "use", R"("enc")")), "use");
    EXPECT_EQ(verdict(changed(kEc, "use", "1")), "use");
    EXPECT_EQ(verdict(changed(kEc, "key_ops", R"(["sign"])")), "use");
    EXPECT_EQ(verdict(changed(kEc, "key_ops", R"("verify")")), "use");
    EXPECT_EQ(verdict(changed(kEc, "d", R"("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI")")), "private");
}

TEST(Jwk, NumbersAreThereWholeAndSound)
{
    for (const char *member : {"x", "y"}) {
        EXPECT_EQ(verdict(changed(kEc, member, "null")), "malformed");
        EXPECT_EQ(verdict(changed(kEc, member, "1")), "malformed");
        EXPECT_EQ(verdict(changed(kEc, member, R"("f83O=")")), "malformed");
        EXPECT_EQ(verdict(changed(kEc, member, R"("f83O")")), "key");
    }
    EXPECT_EQ(verdict(changed(kEc, "y", R"("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a4")")), "key");
    EXPECT_EQ(verdict(changed(kEc, "kid", "7")), "malformed");
    EXPECT_EQ(verdict(changed(kOct, "k", "\"" + base64url(Bytes(31, 1)) + "\"")), "key");
    EXPECT_EQ(verdict(changed(kOct, "k", "\"" + base64url(Bytes(32, 1)) + "\"")), "HS256");
}

TEST(Jwk, OurPublicHalvesAreReadAgain)
{
    const Bytes seed(32, 5);
    for (const auto &key : {Key::p256Private(seed), Key::ed25519Private(seed), Key::privateFromPem(rsaPem(2048))}) {
        const json::object jwk = publicJwk({"name", *key, {}});
        EXPECT_FALSE(jwk.contains("d"));
        const auto read = keyOfJwk(jwk);
        ASSERT_TRUE(read);
        EXPECT_EQ(read->id, "name");
        EXPECT_FALSE(read->key.canSign());
        EXPECT_TRUE(read->key.verify(seed, *key->sign(seed)));
    }
    EXPECT_TRUE(publicJwk({"name", *Key::hmac(seed), {}}).empty()) << "a secret has no public half";
}

TEST(Jwks, KeysThatWeCannotUseArePassedOver)
{
    const std::string named = changed(kEc, "kid", R"("a")");
    EXPECT_EQ(setVerdict(setOf({named, changed(kOkp, "kid", R"("b")")})), "2");
    EXPECT_EQ(setVerdict(setOf({named, changed(kEc, "use", R"("enc")"), changed(kEc, "crv", R"("P-521")"), "{}"})), "1");
    EXPECT_EQ(setVerdict(setOf({})), "0");
}

TEST(Jwks, AmbiguousAndMixedSetsAreRefused)
{
    const std::string named = changed(kEc, "kid", R"("a")");
    EXPECT_EQ(setVerdict(setOf({named, changed(kOkp, "kid", R"("a")")})), keySetFaultText(KeySetFault::DuplicateId));
    EXPECT_EQ(setVerdict(setOf({std::string(kEc), std::string(kOkp)})), keySetFaultText(KeySetFault::DuplicateId));
    EXPECT_EQ(setVerdict(setOf({named, changed(named, "x", R"("AA")")})), keySetFaultText(KeySetFault::DuplicateId))
        << "one of them broken";
    EXPECT_EQ(setVerdict(setOf({named, changed(named, "use", R"("enc")")})), "1") << "that one is for something else";
    EXPECT_EQ(setVerdict(setOf({named, changed(kOct, "kid", R"("b")")})), keySetFaultText(KeySetFault::Mixed));
    for (const char *text : {"", "{}", "[]", R"({"keys":{}})", R"({"keys":[1]})", R"({"keys":[],"keys":[]})"})
        EXPECT_EQ(setVerdict(text), keySetFaultText(KeySetFault::Malformed)) << text;
    std::string many = R"({"keys":[{})";
    for (std::size_t i = 0; i < KeySet::kMost; ++i)
        many += ",{}";
    EXPECT_EQ(setVerdict(many + "]}"), keySetFaultText(KeySetFault::TooMany));
    EXPECT_EQ(setVerdict(R"({"keys":[],"x":")" + std::string(65536, 'x') + "\"}"), keySetFaultText(KeySetFault::Malformed));
}

TEST(Jwks, AKeyIsFoundByItsName)
{
    const auto set = keySetOfJwks(setOf({changed(kEc, "kid", R"("a")"), changed(kOkp, "kid", R"("b")")}));
    ASSERT_TRUE(set);
    EXPECT_EQ(set->find("b")->key.algorithm(), Algorithm::EdDsa);
    EXPECT_EQ(set->find("c"), nullptr);
    EXPECT_EQ(set->find(""), nullptr);
    EXPECT_EQ(set->find(std::nullopt), nullptr) << "one of two: which?";

    const auto single = keySetOfJwks(setOf({changed(kEc, "kid", R"("a")")}));
    EXPECT_TRUE(single->find("a"));
    EXPECT_TRUE(single->find(std::nullopt));
    EXPECT_EQ(single->find("b"), nullptr);

    const auto nameless = keySetOfJwks(setOf({std::string(kEc)}));
    EXPECT_TRUE(nameless->find(std::nullopt));
    EXPECT_TRUE(nameless->find("any"));
    EXPECT_EQ(KeySet().find("a"), nullptr);
    EXPECT_EQ(KeySet().find(std::nullopt), nullptr);
}

} // namespace
} // namespace matinee::accounts
