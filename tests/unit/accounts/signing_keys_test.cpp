#include "accounts/signing_keys.h"

#include "accounts/access_tokens.h"
#include "accounts/guests.h"
#include "accounts_test.h"

namespace matinee::accounts {
namespace {

const std::string kSecret(64, 'a');

SigningKeys::Seeds seeds(std::uint8_t value)
{
    SigningKeys::Seeds made{};
    made.access.fill(value);
    made.guests.fill(static_cast<std::uint8_t>(value + 100));
    return made;
}

TEST(SigningKeys, WhatIsStoredIsTheSame)
{
    SigningKeys keys = SigningKeys::of(kSecret);
    ASSERT_TRUE(keys.rotate(seeds(1), kNow));
    ASSERT_TRUE(keys.rotate(seeds(2), kNow + 60s));
    const std::string text = keys.serialised(kSecret);
    const auto read = SigningKeys::parse(text, kSecret);
    ASSERT_RESULT(read);
    EXPECT_EQ(read->serialised(kSecret), text);
    EXPECT_EQ(read->access.keys().keys().size(), 3U);
    EXPECT_EQ(read->access.current().id, keys.access.current().id);
    EXPECT_NE(read->access.current().id, read->guests.current().id);
    EXPECT_EQ(text.find(kSecret), std::string::npos);
}

TEST(SigningKeys, KeysOfAnotherSecretCountForNothing)
{
    SigningKeys keys = SigningKeys::of(kSecret);
    ASSERT_TRUE(keys.rotate(seeds(1), kNow));
    const std::string text = keys.serialised(kSecret);
    const std::string other(64, 'b');
    EXPECT_TRUE(belongsToAnotherSecret(text, other));
    EXPECT_FALSE(belongsToAnotherSecret(text, kSecret));
    EXPECT_REFUSED(SigningKeys::parse(text, other), ErrorCode::FailedPrecondition);
}

TEST(SigningKeys, WhatWasNotStoredByUsIsRefusedAtEachCut)
{
    const std::string text = SigningKeys::of(kSecret).serialised(kSecret);
    for (std::size_t length = 0; length < text.size(); ++length)
        EXPECT_FALSE(SigningKeys::parse(text.substr(0, length), kSecret)) << length;
    EXPECT_TRUE(SigningKeys::parse(text, kSecret));
    EXPECT_FALSE(SigningKeys::parse(text + " {}", kSecret));
    std::string changed = text;
    changed.replace(changed.find("HS256"), 5, "EdDSA"); // tokens are signed by secrets
    EXPECT_FALSE(SigningKeys::parse(changed, kSecret));
}

TEST(SigningKeys, FormerKeysAreForgottenWhenTheirTimeIsOver)
{
    SigningKeys keys = SigningKeys::of(kSecret);
    for (std::uint8_t i = 1; i <= 30; ++i)
        ASSERT_TRUE(keys.rotate(seeds(i), kNow + i * 3600s));
    EXPECT_EQ(keys.access.keys().keys().size(), 2U); // an hour is longer than 15 minutes
    EXPECT_EQ(keys.guests.keys().keys().size(), KeyRing::kMost);
}

class RotationTest : public AccountsTest
{
};

TEST_P(RotationTest, TokensOfAFormerKeyAreGoodUntilTheyEndAndSessionsGoOn)
{
    SigningKeys keys = SigningKeys::of(std::string(64, 'a')); // jwt.secret of AccountsTest
    const auto alice = made("alice");
    EXPECT_RESULT(verify(alice));
    ASSERT_TRUE(keys.rotate(seeds(1), kNow + 60s));
    m_sessions->setAccessKeys(keys.access);
    EXPECT_RESULT(verify(alice, kNow + 899s));
    EXPECT_REFUSED(verify(alice, kNow + 900s), ErrorCode::Unauthenticated);
    // The session itself has not noticed.
    const auto renewed = refresh(alice.session->refresh, kNow + 120s);
    ASSERT_RESULT(renewed);
    EXPECT_RESULT(verify(*renewed, kNow + 1000s));

    // A second rotation: the first key's tokens go on as well.
    ASSERT_TRUE(keys.rotate(seeds(2), kNow + 200s));
    m_sessions->setAccessKeys(keys.access);
    EXPECT_RESULT(verify(alice, kNow + 899s));
    EXPECT_RESULT(verify(*renewed, kNow + 1000s));
}

TEST_P(RotationTest, AKeyThatIsNotOfTheRingVerifiesNothing)
{
    SigningKeys keys = SigningKeys::of(std::string(64, 'a'));
    const auto alice = made("alice");
    SigningKeys others = keys;
    ASSERT_TRUE(others.rotate(seeds(9), kNow));
    AccessClaims claims = *AccessTokens(keys.access).verify(alice.session->access, kNow);
    const std::string forged = AccessTokens(others.access).make(claims); // all right but for the key and its name
    EXPECT_TRUE(AccessTokens(others.access).verify(forged, kNow));
    EXPECT_REFUSED(await(m_sessions->verify(forged, kNow)), ErrorCode::Unauthenticated);
    EXPECT_EQ(AccessTokens(keys.access).verify(forged, kNow).error(), TokenFault::UnknownKey);
    // The former key is gone once its time is over, also for a token that claims to end later.
    claims.expiresAt = kNow + 24h;
    const std::string longer = AccessTokens(keys.access).make(claims);
    ASSERT_TRUE(keys.rotate(seeds(1), kNow));
    EXPECT_TRUE(AccessTokens(keys.access).verify(longer, kNow + 899s));
    EXPECT_FALSE(AccessTokens(keys.access).verify(longer, kNow + 900s));
}

INSTANTIATE_TEST_SUITE_P(Engines, RotationTest, testing::Values(store::Engine::Sqlite), test::engineName);

} // namespace
} // namespace matinee::accounts
