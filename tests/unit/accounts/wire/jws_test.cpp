#include "accounts/wire/jws.h"

#include "accounts/wire/base64url.h"
#include "accounts/wire/jwk.h"
#include "pem_keys.h"

#include <gmock/gmock.h>

namespace matinee::accounts {
namespace {

const AlgorithmSet kAll{Algorithm::Hs256, Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256};

// RFC 7515, A.1 and A.3; RFC 8037, A.4.
constexpr std::string_view kPayload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
constexpr std::string_view kSecretSet =
    R"({"keys":[{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}]})";
constexpr std::string_view kEcSet = R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                                    R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})";
constexpr std::string_view kEdSet = R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";
const std::string kHs256 =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + std::string(kPayload) + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const std::string kEs256 = "eyJhbGciOiJFUzI1NiJ9." + std::string(kPayload) +
                           ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const std::string kEdDsa = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
                           "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

std::string verdict(std::string_view token, const KeySet &keys, AlgorithmSet allowed = kAll)
{
    const auto jws = verifyJws(token, keys, allowed);
    return jws ? "good" : std::string(tokenFaultName(jws.error()));
}

/// Signed by the key, whatever the header says.
std::string signedWith(const Key &key, std::string_view header, std::string_view payload = "x")
{
    const std::string text = base64url(bytesOf(header)) + "." + base64url(bytesOf(payload));
    return text + "." + base64url(*key.sign(bytesOf(text)));
}

KeySet setOf(const Key &key, std::string id = {})
{
    return *KeySet::create({NamedKey{std::move(id), key, {}}});
}

TEST(Jws, TheExamplesOfTheRfcsAreGood)
{
    EXPECT_EQ(verdict(kHs256, *keySetOfJwks(kSecretSet)), "good");
    EXPECT_EQ(verdict(kEs256, *keySetOfJwks(kEcSet)), "good");
    EXPECT_EQ(verdict(kEdDsa, *keySetOfJwks(kEdSet)), "good");
    const auto jws = verifyJws(kEdDsa, *keySetOfJwks(kEdSet), {Algorithm::EdDsa});
    EXPECT_EQ(textOf(jws->payload), "Example of Ed25519 signing");
}

TEST(Jws, TheEd25519ExampleIsSignedToTheByte)
{
    const auto key = Key::ed25519Private(*fromBase64url("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"));
    EXPECT_EQ(signJws({"", *key, {}}, bytesOf("Example of Ed25519 signing")), kEdDsa);
}

TEST(Jws, ATokenCutOrChangedAtEachPlaceIsRefused)
{
    const KeySet keys = *keySetOfJwks(kEcSet);
    for (std::size_t at = 0; at < kEs256.size(); ++at) {
        EXPECT_NE(verdict(kEs256.substr(0, at), keys), "good") << at;
        std::string changed = kEs256;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        EXPECT_NE(verdict(changed, keys), "good") << at;
    }
    EXPECT_EQ(verdict(kEs256 + "A", keys), "signature");
    for (const char *more : {"=", ".", ".A", " ", "\n"})
        EXPECT_EQ(verdict(kEs256 + more, keys), "malformed") << more;
    EXPECT_EQ(verdict(" " + kEs256, keys), "malformed");
    EXPECT_EQ(verdict("." + kEs256, keys), "malformed");
}

TEST(Jws, WhatEachAlgorithmSignsIsGoodForItsOwnKeyOnly)
{
    const Bytes seed(32, 3);
    const std::vector<Key> keys{*Key::hmac(seed), *Key::p256Private(seed), *Key::ed25519Private(seed), *Key::privateFromPem(rsaPem(2048))};
    for (const Key &signer : keys) {
        const auto token = signJws({"k", signer, {}}, bytesOf("x"), "at+jwt");
        ASSERT_TRUE(token);
        for (const Key &verifier : keys)
            EXPECT_EQ(verdict(*token, setOf(verifier, "k")), signer.algorithm() == verifier.algorithm() ? "good" : "algorithm");
        const auto jws = verifyJws(*token, setOf(signer, "k"), kAll);
        EXPECT_EQ(*textMember(jws->header, "typ"), "at+jwt");
        EXPECT_EQ(jws->key.id, "k");
    }
}

TEST(Jws, OnlyAllowedAlgorithmsCountAndNoneIsNotOne)
{
    EXPECT_EQ(verdict(kEs256, *keySetOfJwks(kEcSet), {Algorithm::Es256}), "good");
    EXPECT_EQ(verdict(kEs256, *keySetOfJwks(kEcSet), {Algorithm::Hs256, Algorithm::EdDsa, Algorithm::Rs256}), "algorithm");
    EXPECT_EQ(verdict(kEs256, *keySetOfJwks(kEcSet), {}), "algorithm");
    const Key key = *Key::hmac(Bytes(32, 1));
    for (const char *header :
         {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":"nOnE"})", R"({"alg":"NONE"})", R"({"alg":""})", R"({"alg":null})",
          R"({"alg":["HS256"]})", R"({"alg":"hs256"})", R"({"alg":"HS256 "})", R"({"alg":"HS384"})", "{}"}) {
        EXPECT_EQ(verdict(signedWith(key, header), setOf(key)), "algorithm") << header;
        EXPECT_EQ(verdict(base64url(bytesOf(header)) + ".eA.", setOf(key)), "algorithm") << header;
    }
}

TEST(Jws, APublicKeyIsNoSecret)
{
    // The old trick: the public key's own bytes, which everybody has, as the key of an HMAC.
    const Key pair = *Key::p256Private(Bytes(32, 3));
    const auto numbers = pair.publicNumbers();
    Bytes point{4};
    point.insert(point.end(), numbers.first.begin(), numbers.first.end());
    point.insert(point.end(), numbers.second.begin(), numbers.second.end());
    EXPECT_EQ(verdict(signedWith(*Key::hmac(point), R"({"alg":"HS256"})"), setOf(pair)), "algorithm");
}

TEST(Jws, KeysWithinTheHeaderAreNotLookedAt)
{
    const Key ours = *Key::p256Private(Bytes(32, 3));
    const Key theirs = *Key::p256Private(Bytes(32, 4));
    const auto numbers = theirs.publicNumbers();
    const std::string jwk =
        R"({"kty":"EC","crv":"P-256","x":")" + base64url(numbers.first) + R"(","y":")" + base64url(numbers.second) + R"("})";
    EXPECT_EQ(verdict(signedWith(theirs, R"({"alg":"ES256","jwk":)" + jwk + "}"), setOf(ours)), "signature");
    EXPECT_EQ(
        verdict(signedWith(theirs, R"({"alg":"ES256","jku":"https://evil.example/keys","x5u":"https://evil.example/c"})"), setOf(ours)),
        "signature");
    EXPECT_EQ(verdict(signedWith(ours, R"({"alg":"ES256","jwk":)" + jwk + "}"), setOf(ours)), "good");
}

TEST(Jws, TheNameChoosesTheKey)
{
    const Key a = *Key::hmac(Bytes(32, 1));
    const Key b = *Key::hmac(Bytes(32, 2));
    const KeySet set = *KeySet::create({NamedKey{"a", a, {}}, NamedKey{"b", b, {}}});
    EXPECT_EQ(verdict(signedWith(b, R"({"alg":"HS256","kid":"b"})"), set), "good");
    EXPECT_EQ(verdict(signedWith(b, R"({"alg":"HS256","kid":"a"})"), set), "signature");
    EXPECT_EQ(verdict(signedWith(b, R"({"alg":"HS256","kid":"c"})"), set), "unknown_key");
    EXPECT_EQ(verdict(signedWith(b, R"({"alg":"HS256","kid":""})"), set), "unknown_key");
    EXPECT_EQ(verdict(signedWith(b, R"({"alg":"HS256"})"), set), "unknown_key");
    EXPECT_EQ(verdict(signedWith(b, R"({"alg":"HS256","kid":2})"), set), "malformed");
    EXPECT_EQ(verdict(signedWith(b, R"({"alg":"HS256","kid":"b"})"), KeySet()), "unknown_key");
}

TEST(Jws, CriticalExtensionsAndDoubtfulHeadersAreRefused)
{
    const Key key = *Key::hmac(Bytes(32, 1));
    for (const char *header : {R"({"alg":"HS256","crit":["b64"],"b64":false})", R"({"alg":"HS256","crit":[]})",
                               R"({"alg":"HS256","crit":null})", R"({"alg":"HS256","crit":["exp"],"exp":1})"})
        EXPECT_EQ(verdict(signedWith(key, header), setOf(key)), "critical") << header;
    for (const char *header :
         {R"({"alg":"none","alg":"HS256"})", R"({"alg":"HS256","\u0061lg":"HS256"})", "[]", "null", "", R"({"alg":"HS256"}x)"})
        EXPECT_EQ(verdict(signedWith(key, header), setOf(key)), "malformed") << header;
}

TEST(Jws, LongTokensAreRefusedBeforeTheyAreLookedAt)
{
    const Key key = *Key::hmac(Bytes(32, 1));
    EXPECT_EQ(verdict(signedWith(key, R"({"alg":"HS256"})", std::string(6000, 'x')), setOf(key)), "good");
    EXPECT_EQ(verdict(signedWith(key, R"({"alg":"HS256"})", std::string(6200, 'x')), setOf(key)), "too_long");
    EXPECT_EQ(verdict(std::string(8193, '.'), setOf(key)), "too_long");
    EXPECT_EQ(verdict(std::string(8192, '.'), setOf(key)), "malformed");
}

TEST(Jws, APayloadThatIsNoBase64IsRefusedThoughItWasSigned)
{
    const Key key = *Key::hmac(Bytes(32, 1));
    for (const char *payload : {"eA==", "eB", "e A", "e?A"}) {
        const std::string text = base64url(bytesOf(R"({"alg":"HS256"})")) + "." + payload;
        EXPECT_EQ(verdict(text + "." + base64url(*key.sign(bytesOf(text))), setOf(key)), "malformed") << payload;
    }
    EXPECT_EQ(verdict(signedWith(key, R"({"alg":"HS256"})", ""), setOf(key)), "good") << "nothing can be signed";
}

TEST(Jws, APublicKeySignsNothing)
{
    const auto set = *keySetOfJwks(kEcSet);
    EXPECT_FALSE(signJws(set.keys().front(), bytesOf("x")));
}

} // namespace
} // namespace matinee::accounts
