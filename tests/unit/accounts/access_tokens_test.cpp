#include "accounts/access_tokens.h"

#include "accounts/server_keys.h"
#include "accounts/wire/base64url.h"
#include "accounts/wire/digest.h"

#include <gmock/gmock.h>

#include <iostream>

namespace matinee::accounts {
namespace {

using namespace std::chrono_literals;

const SystemTime kNow = SystemTime(1'790'000'000s);
const std::string kSecret(64, 'a');

AccessClaims claims()
{
    return {"u7k2q", "s234", Role::Admin, kNow - 1h, kNow, kNow + AccessTokens::kLifetime};
}

TEST(AccessTokens, SayWhoUntilTheyExpire)
{
    const AccessTokens tokens(accessKeysOf(kSecret));
    const std::string token = tokens.make(claims());
    EXPECT_TRUE(AccessTokens::looksLikeOne(token));
    const auto read = tokens.verify(token, kNow + 899s);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->userId, "u7k2q");
    EXPECT_EQ(read->sessionId, "s234");
    EXPECT_EQ(read->role, Role::Admin);
    EXPECT_EQ(read->authenticatedAt, kNow - 1h);
    EXPECT_EQ(read->issuedAt, kNow);
    EXPECT_EQ(read->expiresAt, kNow + 900s);
    EXPECT_EQ(tokens.verify(token, kNow + 900s).error(), TokenFault::Expired);
    EXPECT_TRUE(tokens.verify(token, kNow - 1h).has_value()) << "a clock that was put back";
}

TEST(AccessTokens, OfAnotherSecretOrChangedAreRefused)
{
    const AccessTokens tokens(accessKeysOf(kSecret));
    const std::string token = tokens.make(claims());
    EXPECT_FALSE(AccessTokens(accessKeysOf(std::string(64, 'b'))).verify(token, kNow).has_value());
    EXPECT_TRUE(AccessTokens(accessKeysOf(std::string(64, 'A'))).verify(token, kNow).has_value()) << "hex in capitals is the same secret";
    for (std::size_t i = 0; i < token.size(); ++i) {
        std::string changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(tokens.verify(changed, kNow).has_value()) << i;
        EXPECT_FALSE(tokens.verify(token.substr(0, i), kNow).has_value()) << i;
    }
}

TEST(AccessTokens, OtherTokensOfTheSameKeyAreRefused)
{
    const KeyRing ring = accessKeysOf(kSecret);
    const AccessTokens tokens(ring);
    boost::json::object all;
    all["iss"] = "matinee";
    all["aud"] = "matinee";
    all["sub"] = "u7k2q";
    all["sid"] = "s234";
    all["role"] = "root";
    all["iat"] = numericDate(kNow);
    all["exp"] = numericDate(kNow + 1h);
    all["auth_time"] = numericDate(kNow);
    ASSERT_TRUE(tokens.verify(*signJwt(ring.current(), all, "at+jwt"), kNow).has_value());
    EXPECT_EQ(tokens.verify(*signJwt(ring.current(), all, "JWT"), kNow).error(), TokenFault::Type);
    for (const char *member : {"iss", "aud", "sub", "sid", "role", "iat", "exp", "auth_time"}) {
        auto without = all;
        without.erase(member);
        EXPECT_FALSE(tokens.verify(*signJwt(ring.current(), without, "at+jwt"), kNow).has_value()) << member;
        auto wrong = all;
        wrong[member] = boost::json::array();
        EXPECT_FALSE(tokens.verify(*signJwt(ring.current(), wrong, "at+jwt"), kNow).has_value()) << member;
    }
    all["role"] = "king";
    EXPECT_EQ(tokens.verify(*signJwt(ring.current(), all, "at+jwt"), kNow).error(), TokenFault::Claims);
}

TEST(AccessTokens, LookLikeNothingElse)
{
    for (const char *other : {"", "mtn_abcd2345_key", "mtr_abc.1.xyz", "a.b.c", "eyJ.x"})
        EXPECT_FALSE(AccessTokens::looksLikeOne(other)) << other;
}

TEST(ServerKeys, AreDifferentForEachPurposeAndTheSameEachTime)
{
    const auto refresh = refreshKeyOf(kSecret);
    EXPECT_EQ(refresh, refreshKeyOf(kSecret));
    EXPECT_NE(refresh, refreshKeyOf(std::string(63, 'a') + "b"));
    EXPECT_THAT(accessKeysOf(kSecret).serialised(), testing::Not(testing::HasSubstr(base64url(refresh))));
    const auto setup = serverSetupOf(kSecret);
    EXPECT_TRUE(setup.serialise() == serverSetupOf(kSecret).serialise());
    EXPECT_FALSE(setup.serialise() == serverSetupOf(std::string(63, 'a') + "b").serialise());
    EXPECT_TRUE(opaque::ServerSetup::parse(setup.serialise().bytes()).has_value());
}

// Whoever changes the derivation locks everybody out: these values stay.
TEST(ServerKeys, StayWhatTheyAre)
{
    const auto hex = [](std::span<const std::uint8_t> bytes) {
        std::string text;
        for (const std::uint8_t byte : bytes)
            text += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
        return text;
    };
    const std::string secret = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    EXPECT_EQ(hex(refreshKeyOf(secret)), "f441848b9f4adf3e3c61c4030c14284a522152a4ec4c9a41e19c5ad326f9f44f");
    EXPECT_EQ(hex(serverSetupOf(secret).publicKey().bytes()), "3cf18901dbe4464dbf16755c28e94fa8949411067e114dba69fc8c643071de76");
    EXPECT_EQ(hex(opaque::Bytes(serverSetupOf(secret).oprfSeed().bytes()).first(16)), "6dd9c91f773bdf30b809110b0eeeec26");
    EXPECT_EQ(hex(sha256(bytesOf(accessKeysOf(secret).serialised()))), "1b83d5a91f736af941d1317fff95e7e38074aca0a6f5fbdf61e759c4fee624b2");
}

TEST(AccessTokens, AreVerifiedQuickly)
{
    const AccessTokens tokens(accessKeysOf(kSecret));
    const std::string token = tokens.make(claims());
    constexpr int rounds = 2000;
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < rounds; ++i)
        ASSERT_TRUE(tokens.verify(token, kNow).has_value());
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - began;
    RecordProperty("microseconds", std::to_string(took.count() / rounds)); // told, not judged
    std::cout << took.count() / rounds << " us for each check\n";
}

} // namespace
} // namespace matinee::accounts
