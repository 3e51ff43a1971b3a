#include "accounts/wire/authenticator_data.h"

#include "accounts/wire/cose_key.h"
#include "authenticator.h"
#include "pem_keys.h"
#include "tests/support/hex.h"

#include <gmock/gmock.h>

namespace matinee::accounts {
namespace {

using test::hex;

std::string verdict(const Bytes &bytes)
{
    const auto data = readAuthenticatorData(bytes);
    return data ? "good" : std::string(webauthnFaultName(data.error()));
}

std::string keyVerdict(const Bytes &bytes)
{
    const auto key = keyOfCose(bytes);
    return key ? std::string(joseName(key->algorithm())) : std::string(webauthnFaultName(key.error()));
}

TEST(AuthenticatorData, WhatIsThereIsRead)
{
    Authenticator authenticator;
    authenticator.flags = 0x1d;
    authenticator.count = 0x01020304;
    authenticator.extensions = hex("a1 6b6372656450726f74656374 02"); // {"credProtect": 2}
    const auto data = readAuthenticatorData(authenticator.data(true));
    ASSERT_TRUE(data);
    EXPECT_EQ(data->rpIdHash, sha256(bytesOf("example.org")));
    EXPECT_TRUE(data->userPresent && data->userVerified && data->backupEligible && data->backedUp);
    EXPECT_EQ(data->signCount, 0x01020304U);
    ASSERT_TRUE(data->credential);
    EXPECT_EQ(data->credential->id, authenticator.id);
    EXPECT_EQ(data->credential->aaguid[0], 0x11);
    EXPECT_EQ(data->credential->publicKey, coseOf(authenticator.key));
    const auto plain = readAuthenticatorData(Authenticator{.flags = 0x22}.data(false));
    ASSERT_TRUE(plain) << "reserved bits may be anything";
    EXPECT_FALSE(plain->userPresent || plain->userVerified || plain->backupEligible || plain->backedUp || plain->credential);
}

TEST(AuthenticatorData, CutAtEachByteOrFollowedBySomethingItIsRefused)
{
    Authenticator authenticator;
    authenticator.extensions = hex("a1 6b6372656450726f74656374 02");
    for (const bool withCredential : {false, true}) {
        const Bytes whole = authenticator.data(withCredential);
        ASSERT_EQ(verdict(whole), "good");
        for (std::size_t size = 0; size < whole.size(); ++size)
            EXPECT_NE(verdict(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))), "good") << size;
        EXPECT_EQ(verdict(joined({whole, {0}})), "authenticator_data");
        EXPECT_EQ(verdict(joined({whole, hex("a0")})), "authenticator_data");
    }
    EXPECT_EQ(verdict(joined({Authenticator().data(false), {0}})), "authenticator_data") << "no flag for what follows";
}

TEST(AuthenticatorData, ABackupOfWhatCannotBeBackedUpIsRefused)
{
    EXPECT_EQ(verdict(Authenticator{.flags = 0x11}.data(false)), "backup_flags");
    EXPECT_EQ(verdict(Authenticator{.flags = 0x09}.data(false)), "good");
    EXPECT_EQ(verdict(Authenticator{.flags = 0x19}.data(false)), "good");
}

TEST(AuthenticatorData, AnIdHasAtMost1023Bytes)
{
    EXPECT_EQ(verdict(Authenticator{.id = Bytes(1023, 1)}.data(true)), "good");
    EXPECT_EQ(verdict(Authenticator{.id = Bytes(1024, 1)}.data(true)), "credential_id");
    EXPECT_EQ(verdict(Authenticator{.id = Bytes(65535, 1)}.data(true)), "credential_id");
    EXPECT_EQ(verdict(Authenticator{.id = {}}.data(true)), "credential_id");
}

TEST(AuthenticatorData, ExtensionsAreAMapOfNames)
{
    for (const char *good : {"a0", "a1 6161 f5", "a2 6161 4100 6162 a1 01 80"})
        EXPECT_EQ(verdict(Authenticator{.extensions = hex(good)}.data(false)), "good") << good;
    for (const char *bad :
         {"80", "f5", "a1 01 f5", "a1 6161", "a2 6161 00 6161 00", "a2 6162 00 6161 00", "bf ff", "a1 6161 f5 00", "a1 6161 c000"})
        EXPECT_EQ(verdict(Authenticator{.extensions = hex(bad)}.data(false)), "authenticator_data") << bad;
}

TEST(CoseKey, EachKindIsReadAndItsSignaturesVerified)
{
    const Bytes seed(32, 5);
    for (const auto &key : {Key::p256Private(seed), Key::ed25519Private(seed), Key::privateFromPem(rsaPem(2048))}) {
        const auto read = keyOfCose(coseOf(*key));
        ASSERT_TRUE(read);
        EXPECT_EQ(read->algorithm(), key->algorithm());
        EXPECT_TRUE(read->verify(seed, *key->sign(seed, EcdsaForm::Der), EcdsaForm::Der));
        EXPECT_FALSE(read->canSign());
    }
}

TEST(CoseKey, MembersAreThoseOfItsKindAndNoOthers)
{
    using namespace cbor;
    const auto point = Key::p256Private(Bytes(32, 5))->publicNumbers();
    const Bytes x = bytes(point.first);
    const Bytes y = bytes(point.second);
    const auto ec = [&](const Bytes &kind, const Bytes &algorithm, const Bytes &curve, const Bytes &second) {
        return map({number(1), kind, number(3), algorithm, number(-1), curve, number(-2), x, number(-3), second});
    };
    EXPECT_EQ(keyVerdict(ec(number(2), number(-7), number(1), y)), "ES256");
    EXPECT_EQ(keyVerdict(ec(number(1), number(-7), number(1), y)), "public_key");
    EXPECT_EQ(keyVerdict(ec(number(2), number(-7), number(2), y)), "public_key");
    EXPECT_EQ(keyVerdict(ec(number(2), number(-7), number(1), {0xf5})), "public_key") << "compressed";
    EXPECT_EQ(keyVerdict(ec(number(2), number(-7), number(1), bytes(Bytes(31, 1)))), "public_key");
    EXPECT_EQ(keyVerdict(ec(number(2), number(-7), number(1), bytes(Bytes(32, 1)))), "public_key") << "off the curve";
    EXPECT_EQ(keyVerdict(ec(number(2), number(-8), number(1), y)), "public_key") << "EdDSA of an EC key";
    EXPECT_EQ(keyVerdict(ec(number(2), number(-257), number(1), y)), "public_key");
    for (const std::int64_t other : {-35, -36, -37, -47, -65535, 0, 1, 5})
        EXPECT_EQ(keyVerdict(ec(number(2), number(other), number(1), y)), "algorithm") << other;
    EXPECT_EQ(keyVerdict(map({number(1), number(2), number(-1), number(1), number(-2), x, number(-3), y})), "public_key") << "no alg";
    EXPECT_EQ(keyVerdict(map({number(1), number(2), number(2), bytes({}), number(3), number(-7), number(-1), number(1), number(-2), x,
                              number(-3), y})),
              "public_key")
        << "a kid";
    EXPECT_EQ(keyVerdict(map({number(1), number(1), number(3), number(-8), number(-1), number(6), number(-2), bytes(Bytes(32, 0))})),
              "public_key")
        << "small order";
    EXPECT_EQ(keyVerdict(map({number(1), number(1), number(3), number(-8), number(-1), number(7), number(-2), bytes(Bytes(57, 1))})),
              "public_key")
        << "Ed448";
}

TEST(CoseKey, AKeyCutAtEachByteOrFollowedBySomethingIsRefused)
{
    const Bytes whole = coseOf(*Key::p256Private(Bytes(32, 5)));
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_EQ(keyVerdict(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))), "public_key") << size;
    EXPECT_EQ(keyVerdict(joined({whole, {0}})), "public_key");
}

} // namespace
} // namespace matinee::accounts
