#include "accounts/oauth2/new_names.h"

#include <gmock/gmock.h>

#include <set>

namespace matinee::accounts::oauth2 {
namespace {

std::string firstFor(const std::string &name, const std::string &email = {})
{
    const auto candidates = nameCandidates({"1", name, email, false});
    return candidates.empty() ? "" : candidates.front().name;
}

TEST(NewNames, AreWhatPeopleAreCalledElsewhereMadeToFit)
{
    EXPECT_EQ(firstFor("octocat"), "octocat");
    EXPECT_EQ(firstFor("Jane Doe"), "Jane-Doe");
    EXPECT_EQ(firstFor("飞翔的企鹅"), "飞翔的企鹅");
    EXPECT_EQ(firstFor("<b>\"x\"; y</b>"), "bx-yb");
    EXPECT_EQ(firstFor("--.me.--"), "me");
    EXPECT_EQ(firstFor(std::string(60, 'a')), std::string(28, 'a')) << "with room for a number";
    EXPECT_EQ(firstFor("", "jane.doe@example.com"), "jane.doe");
    EXPECT_EQ(firstFor("\xD0\xB0"
                       "dmin",
                       "root@example.com"),
              "root")
        << "two scripts: no name here";
}

TEST(NewNames, ThereIsAlwaysOneThatNobodyHas)
{
    for (const char *name : {"", "x", "!!!", "🦊",
                             "\xD0\xB0"
                             "dmin"}) {
        const auto candidates = nameCandidates({"1", name, "", false});
        ASSERT_FALSE(candidates.empty()) << name;
        EXPECT_THAT(candidates.back().name, testing::MatchesRegex("user-[a-z2-7]{10}"));
    }
    const auto candidates = nameCandidates({"1", "alice", "al@example.com", false});
    EXPECT_EQ(candidates[1].name, "alice2");
    std::set<std::string> keys;
    for (const UserName &name : candidates)
        EXPECT_TRUE(keys.insert(name.key).second) << name.name;
}

} // namespace
} // namespace matinee::accounts::oauth2
