#include "common/settings/declarations.h"
#include "common/settings/edit_distance.h"
#include "common/settings/value.h"
#include "settings_file/loader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace matinee::settings {

TEST(Declarations, EachKeyIsDeclaredOnce)
{
    std::set<std::string_view> keys;
    for (const Declaration *declaration : declarations())
        EXPECT_TRUE(keys.insert(declaration->key).second) << declaration->key;
    EXPECT_GE(keys.size(), 39U);
}

TEST(Declarations, IndexesAreTheirPlaces)
{
    for (std::size_t i = 0; i < declarations().size(); ++i)
        EXPECT_EQ(declarations()[i]->index, i);
}

TEST(Declarations, EachDefaultIsAcceptedByItsOwnRule)
{
    for (const Declaration *declaration : declarations()) {
        const auto parsed = parse(*declaration, toText(*declaration, declaration->defaultValue));
        ASSERT_TRUE(parsed) << declaration->key << ": " << parsed.error().what;
        EXPECT_EQ(*parsed, declaration->defaultValue) << declaration->key;
    }
}

TEST(Declarations, EachHasSentencesAndAGroup)
{
    for (const Declaration *declaration : declarations()) {
        EXPECT_TRUE(declaration->doc.ends_with(".")) << declaration->key;
        EXPECT_TRUE(std::any_of(groups().begin(), groups().end(), [&](const Group &g) { return g.name == declaration->group(); }))
            << declaration->key;
    }
}

TEST(Declarations, EnvironmentNamesAreUnambiguous)
{
    std::set<std::string> names;
    for (const Declaration *declaration : declarations()) {
        EXPECT_TRUE(names.insert(settings_file::environmentName(declaration->key)).second) << declaration->key;
        EXPECT_TRUE(names.insert(settings_file::environmentName(declaration->key) + "_FILE").second) << declaration->key;
    }
}

TEST(Declarations, NoKeyIsAGroupOfOthers)
{
    for (const Declaration *outer : declarations()) {
        for (const Declaration *inner : declarations())
            EXPECT_FALSE(inner->key.starts_with(std::string(outer->key) + ".")) << inner->key;
    }
}

TEST(EditDistance, CountsMistakesOfTyping)
{
    EXPECT_EQ(editDistance("", ""), 0U);
    EXPECT_EQ(editDistance("", "abc"), 3U);
    EXPECT_EQ(editDistance("abc", ""), 3U);
    EXPECT_EQ(editDistance("port", "port"), 0U);
    EXPECT_EQ(editDistance("prot", "port"), 1U) << "swapped neighbours";
    EXPECT_EQ(editDistance("sever", "server"), 1U);
    EXPECT_EQ(editDistance("kitten", "sitting"), 3U);
    EXPECT_EQ(editDistance("ca", "abc"), 3U);
}

TEST(NearestKey, FindsTypingMistakes)
{
    EXPECT_EQ(nearest("server.prot"), "server.port");
    EXPECT_EQ(nearest("sever.port"), "server.port");
    EXPECT_EQ(nearest("server.trusted_proxy"), "server.trusted_proxies");
    EXPECT_EQ(nearest("server.max-connections"), "server.max_connections");
    EXPECT_EQ(nearest("Logging.Level"), "logging.level");
    EXPECT_EQ(nearest("livestream.rmtp_port"), "livestream.rtmp_port");
}

TEST(NearestKey, FindsTheRightWordInTheWrongGroup)
{
    EXPECT_EQ(nearest("server.rtmp_port"), "livestream.rtmp_port");
    EXPECT_EQ(nearest("bearer_token"), "metrics.auth.bearer_token");
    EXPECT_EQ(nearest("hsts"), "server.hsts");
}

TEST(NearestKey, SaysNothingWhereNothingIsNear)
{
    EXPECT_EQ(nearest("kubernetes.namespace"), "");
    EXPECT_EQ(nearest(""), "");
    EXPECT_EQ(nearest(std::string(100000, 'x')), "");
}

} // namespace matinee::settings
