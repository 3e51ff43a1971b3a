#include "accounts/api_key_format.h"

#include "accounts/secrets.h"

#include <gmock/gmock.h>

#include <set>

namespace matinee::accounts {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

const SystemTime kNow = SystemTime(std::chrono::seconds(1'790'000'000));

MintedKey minted(std::optional<std::chrono::seconds> life = {})
{
    auto key = mintApiKey("test", {"streams"}, life, kNow);
    EXPECT_TRUE(key.has_value());
    return *key;
}

TEST(ApiKeyFormat, AKeyHasAnIdASecretAndAChecksum)
{
    const MintedKey one = minted();
    EXPECT_THAT(one.key, MatchesRegex("mtn_[a-z2-7]{8}_[a-z2-7]{38}"));
    EXPECT_EQ(one.key.substr(4, 8), one.row.id);
    EXPECT_EQ(one.row.keyHash, secretHash(one.key));
    EXPECT_EQ(one.row.keyHash.size(), 64U);
    EXPECT_EQ(one.row.createdAt, kNow);
    EXPECT_FALSE(one.row.expiresAt);
    EXPECT_EQ(minted(std::chrono::hours(1)).row.expiresAt, kNow + std::chrono::hours(1));
}

TEST(ApiKeyFormat, TheHashIsBlake2b256)
{
    // RFC 7693 gives BLAKE2b-512 only; this is b2sum -l 256 of "abc".
    EXPECT_EQ(secretHash("abc"), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

TEST(ApiKeyFormat, NoTwoKeysAreAlike)
{
    std::set<std::string> keys, ids;
    for (int i = 0; i < 1000; ++i) {
        const MintedKey one = minted();
        keys.insert(one.key.substr(13));
        ids.insert(one.row.id);
    }
    EXPECT_EQ(keys.size(), 1000U);
    EXPECT_EQ(ids.size(), 1000U);
}

TEST(ApiKeyFormat, AGoodKeyGivesItsId)
{
    const MintedKey one = minted();
    const auto id = apiKeyId(one.key);
    ASSERT_TRUE(id.has_value());
    EXPECT_EQ(*id, one.row.id);
}

TEST(ApiKeyFormat, EveryTruncationIsRefused)
{
    const std::string key = minted().key;
    for (std::size_t length = 0; length < key.size(); ++length) {
        const auto id = apiKeyId(key.substr(0, length));
        ASSERT_FALSE(id.has_value());
        EXPECT_EQ(id.error().code, ErrorCode::Unauthenticated);
        EXPECT_EQ(id.error().message.find(key.substr(13, 8)), std::string::npos);
    }
    EXPECT_FALSE(apiKeyId(key + "a").has_value());
    EXPECT_FALSE(apiKeyId(std::string(100'000, 'a')).has_value());
}

TEST(ApiKeyFormat, EverySingleTypingErrorIsRefused)
{
    const std::string key = minted().key;
    for (std::size_t i = 0; i < key.size(); ++i)
        for (const char wrong : {'a', 'b', '7', '8', 'A', '_', ' ', '\0', '\xff'}) {
            std::string other = key;
            other[i] = wrong;
            EXPECT_EQ(apiKeyId(other).has_value(), other == key) << other;
        }
    std::string swapped = key;
    for (std::size_t i = 13; i + 1 < key.size(); ++i) {
        std::swap(swapped[i], swapped[i + 1]);
        EXPECT_EQ(apiKeyId(swapped).has_value(), swapped == key);
        std::swap(swapped[i], swapped[i + 1]);
    }
}

TEST(ApiKeyFormat, NamesScopesAndLifeAreChecked)
{
    const auto field = [](const std::string &name, const std::string &scope, std::optional<std::chrono::seconds> life) {
        const auto r = mintApiKey(name, {scope}, life, kNow);
        return r ? std::string("fine") : r.error().field;
    };
    EXPECT_EQ(field("n", "admin", {}), "fine");
    EXPECT_EQ(field("", "admin", {}), "name");
    EXPECT_EQ(field(std::string(101, 'n'), "admin", {}), "name");
    EXPECT_EQ(field("a\nb", "admin", {}), "name");
    EXPECT_EQ(field(std::string("a\0b", 3), "admin", {}), "name");
    EXPECT_EQ(field("n", "none", {}), "scopes");
    EXPECT_EQ(field("n", "admin", std::chrono::seconds(0)), "expires_in");
    EXPECT_EQ(field("n", "admin", std::chrono::seconds(-1)), "expires_in");
    EXPECT_EQ(field("n", "admin", std::chrono::seconds::max()), "expires_in");
    EXPECT_EQ(field("n", "admin", std::chrono::hours(24 * 3650)), "fine");
}

TEST(Secrets, AreEqualOnlyWhereAllOfThemIs)
{
    EXPECT_TRUE(equalSecrets("abc", "abc"));
    EXPECT_FALSE(equalSecrets("abc", "abd"));
    EXPECT_FALSE(equalSecrets("abc", "ab"));
    EXPECT_FALSE(equalSecrets("", "a"));
    EXPECT_TRUE(equalSecrets("", ""));
}

} // namespace
} // namespace matinee::accounts
