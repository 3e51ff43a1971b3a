#include "accounts/wire/key.h"

#include "accounts/wire/base64url.h"
#include "accounts/wire/weak_rsa.h"
#include "pem_keys.h"
#include "vectors.h"

#include <gmock/gmock.h>

namespace matinee::accounts {
namespace {

using test::hex;

const Bytes kMessage = copyOf(bytesOf("a message"));

std::optional<KeyFault> faultOf(const Result<Key, KeyFault> &key)
{
    return key ? std::nullopt : std::optional(key.error());
}

/// Signs, verifies with the public half alone, and refuses each change.
void expectRoundTrip(const Key &key, const Key &publicHalf, EcdsaForm form = EcdsaForm::Raw)
{
    const auto signature = key.sign(kMessage, form);
    ASSERT_TRUE(signature);
    EXPECT_TRUE(publicHalf.verify(kMessage, *signature, form));
    EXPECT_TRUE(key.verify(kMessage, *signature, form));
    EXPECT_FALSE(publicHalf.verify(bytesOf("another"), *signature, form));
    for (std::size_t at = 0; at < signature->size(); ++at) {
        Bytes changed = *signature;
        changed[at] ^= 1;
        EXPECT_FALSE(publicHalf.verify(kMessage, changed, form)) << at;
        EXPECT_FALSE(publicHalf.verify(kMessage, BytesView(*signature).first(at), form)) << at;
    }
    Bytes longer = *signature;
    longer.push_back(0);
    EXPECT_FALSE(publicHalf.verify(kMessage, longer, form));
    EXPECT_FALSE(publicHalf.verify(kMessage, {}, form));
}

Key publicHalf(const Key &key)
{
    const auto numbers = key.publicNumbers();
    switch (key.algorithm()) {
    case Algorithm::Es256:
        return *Key::p256(numbers.first, numbers.second);
    case Algorithm::EdDsa:
        return *Key::ed25519(numbers.first);
    case Algorithm::Rs256:
        return *Key::rsa(numbers.first, numbers.second);
    case Algorithm::Hs256:
        break;
    }
    return key;
}

TEST(Key, EachAlgorithmSignsAndVerifies)
{
    const Bytes seed(32, 7);
    const auto secret = Key::hmac(seed);
    const auto p256 = Key::p256Private(seed);
    const auto ed25519 = Key::ed25519Private(seed);
    const auto rsa = Key::privateFromPem(rsaPem(2048));
    ASSERT_TRUE(secret && p256 && ed25519 && rsa);
    expectRoundTrip(*secret, *secret);
    expectRoundTrip(*p256, publicHalf(*p256));
    expectRoundTrip(*p256, publicHalf(*p256), EcdsaForm::Der);
    expectRoundTrip(*ed25519, publicHalf(*ed25519));
    expectRoundTrip(*rsa, publicHalf(*rsa));
    EXPECT_TRUE(p256->canSign());
    EXPECT_FALSE(publicHalf(*p256).canSign());
    EXPECT_FALSE(publicHalf(*rsa).sign(kMessage));
}

TEST(Key, SignaturesOfRfc8032AndRfc4231AreTheirs)
{
    const auto ed25519 = Key::ed25519Private(hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
    ASSERT_TRUE(ed25519);
    EXPECT_EQ(ed25519->publicNumbers().first, hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
    EXPECT_EQ(*ed25519->sign(Bytes{0x72}), hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                                               "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"));
    const auto secret = Key::hmac(bytesOf("Jefe"));
    EXPECT_EQ(*secret->sign(bytesOf("what do ya want for nothing?")),
              hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
}

TEST(Key, PointsOffTheCurveAndOfSmallOrderAreRefused)
{
    const auto good = Key::p256Private(Bytes(32, 7))->publicNumbers();
    EXPECT_FALSE(faultOf(Key::p256(good.first, good.second)));
    Bytes changed = good.second;
    changed[31] ^= 1;
    EXPECT_EQ(faultOf(Key::p256(good.first, changed)), KeyFault::Point);
    EXPECT_EQ(faultOf(Key::p256(Bytes(32, 0), Bytes(32, 0))), KeyFault::Point);
    EXPECT_EQ(faultOf(Key::p256(Bytes(32, 0xff), good.second)), KeyFault::Point);
    EXPECT_EQ(faultOf(Key::p256(BytesView(good.first).first(31), good.second)), KeyFault::Size);
    EXPECT_EQ(faultOf(Key::p256(good.first, Bytes(33, 0))), KeyFault::Size);

    EXPECT_EQ(faultOf(Key::ed25519(Bytes(31, 1))), KeyFault::Size);
    for (const char *point : {"0000000000000000000000000000000000000000000000000000000000000000",
                              "0100000000000000000000000000000000000000000000000000000000000000",
                              "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                              "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                              "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"})
        EXPECT_EQ(faultOf(Key::ed25519(hex(point))), KeyFault::Point) << point;
}

TEST(Key, PrivateNumbersAreWithinTheirOrder)
{
    EXPECT_EQ(faultOf(Key::p256Private(Bytes(32, 0))), KeyFault::Number);
    EXPECT_EQ(faultOf(Key::p256Private(hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"))), KeyFault::Number);
    EXPECT_FALSE(faultOf(Key::p256Private(hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550"))));
    EXPECT_EQ(faultOf(Key::p256Private(Bytes(31, 1))), KeyFault::Size);
    EXPECT_EQ(faultOf(Key::ed25519Private(Bytes(33, 1))), KeyFault::Size);
    EXPECT_EQ(faultOf(Key::hmac({})), KeyFault::Size);
}

TEST(Key, RsaKeysHave2048To4096BitsAndASoundExponent)
{
    const Bytes three{3};
    const auto odd = [](std::size_t size) {
        Bytes modulus(size, 0);
        modulus.front() = 0x80;
        modulus.back() = 1;
        return modulus;
    };
    EXPECT_FALSE(faultOf(Key::rsa(odd(256), three)));
    EXPECT_FALSE(faultOf(Key::rsa(odd(512), three)));
    EXPECT_EQ(faultOf(Key::rsa(odd(255), three)), KeyFault::Size);
    EXPECT_EQ(faultOf(Key::rsa(odd(513), three)), KeyFault::Size);
    EXPECT_EQ(faultOf(Key::rsa({}, three)), KeyFault::Size);
    Bytes short2047 = odd(256);
    short2047.front() = 0x7f;
    EXPECT_EQ(faultOf(Key::rsa(short2047, three)), KeyFault::Size);
    for (const Bytes &exponent : {Bytes{}, Bytes{0}, Bytes{1}, Bytes{2}, Bytes{1, 0, 0}, Bytes{1, 0, 0, 0, 1}})
        EXPECT_EQ(faultOf(Key::rsa(odd(256), exponent)), KeyFault::Number) << base64url(exponent);
    EXPECT_EQ(faultOf(Key::rsa(odd(256), Bytes(9, 1))), KeyFault::Size);
    Bytes even = odd(256);
    even.back() = 2;
    EXPECT_EQ(faultOf(Key::rsa(even, three)), KeyFault::Number);
}

TEST(Key, AModulusOfChipsWithTheRocaFaultIsRefused)
{
    const auto file = vectors("wycheproof_json_web_key.json");
    int marked = 0;
    for (const auto &group : file.at("testGroups").as_array()) {
        if (group.at("comment").as_string() != "jws_rsa_roca_key")
            continue;
        const auto modulus = fromBase64url(textIn(group.at("public").at("keys").at(0), "n"));
        ASSERT_TRUE(modulus);
        EXPECT_TRUE(hasRocaMark(*modulus));
        EXPECT_EQ(faultOf(Key::rsa(*modulus, Bytes{1, 0, 1})), KeyFault::Weak);
        ++marked;
    }
    EXPECT_EQ(marked, 1);
    EXPECT_FALSE(hasRocaMark(Key::privateFromPem(rsaPem(2048))->publicNumbers().first));
}

TEST(Key, PemsAreReadAndWhatTheyHoldIsChecked)
{
    EXPECT_EQ(Key::privateFromPem(rsaPem(2048))->algorithm(), Algorithm::Rs256);
    EXPECT_EQ(Key::privateFromPem(curvePem("P-256"))->algorithm(), Algorithm::Es256);
    EXPECT_EQ(Key::privateFromPem(ed25519Pem())->algorithm(), Algorithm::EdDsa);
    EXPECT_EQ(faultOf(Key::privateFromPem(rsaPem(1024))), KeyFault::Size);
    EXPECT_EQ(faultOf(Key::privateFromPem(curvePem("P-384"))), KeyFault::Kind);
    EXPECT_EQ(faultOf(Key::privateFromPem(lockedPem())), KeyFault::Unreadable) << "and nobody is asked for a password";
    EXPECT_EQ(faultOf(Key::privateFromPem(publicPem())), KeyFault::Unreadable);
    EXPECT_EQ(faultOf(Key::privateFromPem("")), KeyFault::Unreadable);
    EXPECT_EQ(faultOf(Key::privateFromPem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")), KeyFault::Unreadable);
    for (const KeyFault fault : {KeyFault::Size, KeyFault::Point, KeyFault::Number, KeyFault::Weak, KeyFault::Kind, KeyFault::Unreadable})
        EXPECT_FALSE(keyFaultText(fault).empty());
}

TEST(Key, RawAndDerSignaturesAreConvertedExactly)
{
    const auto key = Key::p256Private(Bytes(32, 9));
    for (int i = 0; i < 64; ++i) { // short and long numbers among them
        const Bytes raw = *key->sign(Bytes{static_cast<std::uint8_t>(i)});
        ASSERT_EQ(raw.size(), 64U);
        EXPECT_EQ(rawOfDerEcdsa(*derOfRawEcdsa(raw)), raw);
    }
    EXPECT_FALSE(derOfRawEcdsa(Bytes(63, 1)));
    EXPECT_FALSE(derOfRawEcdsa(Bytes(65, 1)));
    const Bytes der = *derOfRawEcdsa(Bytes(64, 0x81));
    for (std::size_t length = 0; length < der.size(); ++length)
        EXPECT_FALSE(rawOfDerEcdsa(BytesView(der).first(length))) << length;
    Bytes longer = der;
    longer.push_back(0);
    EXPECT_FALSE(rawOfDerEcdsa(longer));
}

} // namespace
} // namespace matinee::accounts
