#include "accounts/publish_keys.h"

#include <gmock/gmock.h>

namespace matinee::accounts {
namespace {

TEST(PublishKeys, HaveAPrefixAndAHundredAndSixtyBits)
{
    const std::string key = makePublishKey();
    EXPECT_THAT(key, testing::MatchesRegex("live_[a-z2-7]{32}"));
    EXPECT_NE(makePublishKey(), key);
    EXPECT_TRUE(isPublishKey(key));
}

TEST(PublishKeys, FitTheirOwnHashOnly)
{
    const std::string key = makePublishKey();
    const std::string hash = publishKeyHash(key);
    EXPECT_EQ(hash.size(), 64U);
    EXPECT_TRUE(publishKeyFits(key, hash));
    EXPECT_FALSE(publishKeyFits(makePublishKey(), hash));
    EXPECT_FALSE(publishKeyFits(key, publishKeyHash(makePublishKey())));
    EXPECT_FALSE(publishKeyFits(key, ""));
    EXPECT_FALSE(publishKeyFits("", publishKeyHash("")));
}

TEST(PublishKeys, OfAnotherFormAreNone)
{
    const std::string key = makePublishKey();
    for (std::size_t length = 0; length < key.size(); ++length)
        EXPECT_FALSE(isPublishKey(key.substr(0, length)));
    EXPECT_FALSE(isPublishKey(key + "a"));
    EXPECT_FALSE(isPublishKey("LIVE_" + key.substr(5)));
    EXPECT_FALSE(isPublishKey(key.substr(0, 36) + "!"));
    EXPECT_FALSE(isPublishKey(key.substr(0, 36) + std::string(1, '\0')));
}

} // namespace
} // namespace matinee::accounts
