#include "accounts/wire/key_ring.h"

#include "accounts/wire/base64url.h"
#include "accounts/wire/jwk.h"
#include "accounts/wire/jwt.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include <set>

namespace matinee::accounts {
namespace {

using namespace std::chrono_literals;

constexpr KeyRing::Time kNow{std::chrono::seconds(1'800'000'000)};

KeyRing::Seed seed(int value)
{
    KeyRing::Seed bytes;
    bytes.fill(static_cast<std::uint8_t>(value));
    return bytes;
}

std::string tokenOf(const KeyRing &ring)
{
    boost::json::object claims;
    claims["exp"] = 1'900'000'000;
    return *signJwt(ring.current(), claims);
}

std::string verdict(const KeyRing &ring, std::string_view token, KeyRing::Time now)
{
    const auto claims = verifyJwt(token, ring.keys(), {.algorithms = {ring.current().key.algorithm()}}, now);
    return claims ? "good" : std::string(tokenFaultName(claims.error()));
}

class KeyRingTest : public testing::TestWithParam<Algorithm>
{
};
INSTANTIATE_TEST_SUITE_P(Algorithms, KeyRingTest, testing::Values(Algorithm::Hs256, Algorithm::Es256, Algorithm::EdDsa),
                         [](const auto &info) { return std::string(joseName(info.param)); });

TEST_P(KeyRingTest, TheNewestKeySignsAndTheFormerVerifiesUntilItsEnd)
{
    auto ring = *KeyRing::create(GetParam(), seed(1));
    const auto first = tokenOf(ring);
    EXPECT_EQ(verdict(ring, first, kNow), "good");

    ASSERT_TRUE(ring.rotate(seed(2), kNow, 900s));
    const auto second = tokenOf(ring);
    EXPECT_EQ(verdict(ring, second, kNow + 10000s), "good");
    EXPECT_EQ(verdict(ring, first, kNow + 899s), "good");
    EXPECT_EQ(verdict(ring, first, kNow + 900s), "unknown_key");

    EXPECT_FALSE(ring.forget(kNow + 899s));
    EXPECT_TRUE(ring.forget(kNow + 900s));
    EXPECT_EQ(ring.keys().keys().size(), 1U);
    EXPECT_EQ(verdict(ring, first, kNow), "unknown_key");
    EXPECT_EQ(verdict(ring, second, kNow), "good");
    EXPECT_FALSE(ring.forget(kNow + 100000s)) << "the current one stays";
}

TEST_P(KeyRingTest, WhatIsStoredIsTheSameRing)
{
    auto ring = *KeyRing::create(GetParam(), seed(1));
    const auto first = tokenOf(ring);
    ASSERT_TRUE(ring.rotate(seed(2), kNow + 400ms, 900s));
    const auto again = KeyRing::parse(ring.serialised());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->serialised(), ring.serialised());
    EXPECT_EQ(again->current().id, ring.current().id);
    EXPECT_EQ(verdict(*again, tokenOf(ring), kNow), "good");
    EXPECT_EQ(verdict(*again, first, kNow + 900s), "good") << "its end is never earlier than said";
    EXPECT_EQ(verdict(*again, first, kNow + 901s), "unknown_key");
}

TEST_P(KeyRingTest, OthersVerifyByThePublicSet)
{
    auto ring = *KeyRing::create(GetParam(), seed(1));
    ASSERT_TRUE(ring.rotate(seed(2), kNow, 900s));
    const std::string text = boost::json::serialize(ring.publicSet());
    const auto keys = keySetOfJwks(text);
    ASSERT_TRUE(keys);
    if (GetParam() == Algorithm::Hs256) {
        EXPECT_EQ(text, R"({"keys":[]})");
        return;
    }
    EXPECT_EQ(keys->keys().size(), 2U);
    EXPECT_TRUE(verifyJwt(tokenOf(ring), *keys, {.algorithms = {GetParam()}}, kNow));
    EXPECT_EQ(text.find(base64url(seed(2))), std::string::npos);
    EXPECT_EQ(text.find("\"d\""), std::string::npos);
}

TEST(KeyRing, NamesFollowFromKeysAndDiffer)
{
    std::set<std::string> names;
    for (int i = 0; i < 50; ++i)
        names.insert(KeyRing::create(Algorithm::EdDsa, seed(i))->current().id);
    EXPECT_EQ(names.size(), 50U);
    EXPECT_EQ(KeyRing::create(Algorithm::EdDsa, seed(1))->current().id, KeyRing::create(Algorithm::EdDsa, seed(1))->current().id);
}

TEST(KeyRing, TheOldestIsForgottenWhereThereAreTooMany)
{
    auto ring = *KeyRing::create(Algorithm::Hs256, seed(0));
    const auto first = tokenOf(ring);
    for (int i = 1; i < static_cast<int>(KeyRing::kMost); ++i)
        ASSERT_TRUE(ring.rotate(seed(i), kNow, 900s));
    EXPECT_EQ(verdict(ring, first, kNow), "good");
    ASSERT_TRUE(ring.rotate(seed(100), kNow, 900s));
    EXPECT_EQ(ring.keys().keys().size(), KeyRing::kMost);
    EXPECT_EQ(verdict(ring, first, kNow), "unknown_key");
    EXPECT_TRUE(KeyRing::parse(ring.serialised()));
}

TEST(KeyRing, KeysThatCannotBeAreRefused)
{
    EXPECT_EQ(KeyRing::create(Algorithm::Rs256, seed(1)).error(), KeyRingFault::Key);
    EXPECT_EQ(KeyRing::create(Algorithm::Es256, seed(0)).error(), KeyRingFault::Key);
    EXPECT_EQ(KeyRing::create(Algorithm::Es256, seed(255)).error(), KeyRingFault::Key) << "not below the order: one in 2^32 times";
    auto ring = *KeyRing::create(Algorithm::Es256, seed(1));
    EXPECT_FALSE(ring.rotate(seed(0), kNow, 900s));
    EXPECT_FALSE(ring.rotate(seed(1), kNow, 900s)) << "the same again";
    EXPECT_EQ(ring.keys().keys().size(), 1U) << "and it is as before";
}

TEST(KeyRing, WhatWasNotStoredByUsIsRefused)
{
    const std::string good = R"({"seed":")" + base64url(seed(1)) + "\"}";
    const std::string older = R"({"seed":")" + base64url(seed(2)) + R"(","until":1800000000})";
    const auto verdictOf = [](const std::string &text) { return KeyRing::parse(text) ? "good" : "bad"; };
    EXPECT_STREQ(verdictOf(R"({"algorithm":"EdDSA","keys":[)" + older + "," + good + "]}"), "good");
    for (const std::string &text : std::vector<std::string>{
             std::string(), std::string("{}"), R"({"algorithm":"EdDSA","keys":[]})", R"({"algorithm":"none","keys":[)" + good + "]}",
             R"({"keys":[)" + good + "]}", R"({"algorithm":"EdDSA","keys":[)" + good + "," + good + "]}",
             R"({"algorithm":"EdDSA","keys":[)" + older + "]}", R"({"algorithm":"EdDSA","keys":[)" + good + "," + older + "]}",
             std::string(R"({"algorithm":"EdDSA","keys":[{"seed":"AAAA"}]})"), std::string(R"({"algorithm":"EdDSA","keys":[{}]})"),
             R"({"algorithm":"EdDSA","keys":[{"seed":")" + base64url(seed(2)) + R"(","until":1e9},)" + good + "]}",
             R"({"algorithm":"EdDSA","keys":[{"seed":")" + base64url(seed(2)) + R"(","until":9000000000},)" + good + "]}"})
        EXPECT_STREQ(verdictOf(text), "bad") << text;
    const std::string whole = KeyRing::create(Algorithm::EdDsa, seed(1))->serialised();
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_STREQ(verdictOf(whole.substr(0, length)), "bad") << length;
}

} // namespace
} // namespace matinee::accounts
