#include "mail/wire/allow_list.h"

#include <gtest/gtest.h>

#include <vector>

namespace matinee::mail {
namespace {

bool allows(const std::vector<std::string> &entries, std::string_view address)
{
    return AllowList(entries).allows(*parseAddress(address));
}

TEST(MailAllowList, AllowsEverybodyWhenItIsEmpty)
{
    EXPECT_TRUE(allows({}, "a@example.org"));
    EXPECT_TRUE(AllowList().allows(*parseAddress("a@example.org")));
}

TEST(MailAllowList, TakesDomainsWhatIsBelowThemAndAddresses)
{
    EXPECT_TRUE(allows({"Example.org"}, "a@example.org"));
    EXPECT_FALSE(allows({"example.org"}, "a@mail.example.org"));
    EXPECT_FALSE(allows({"example.org"}, "a@badexample.org"));
    EXPECT_TRUE(allows({"*.example.org"}, "a@mail.example.org"));
    EXPECT_TRUE(allows({"*.example.org"}, "a@x.mail.example.org"));
    EXPECT_FALSE(allows({"*.example.org"}, "a@example.org"));
    EXPECT_FALSE(allows({"*.example.org"}, "a@badexample.org"));
    EXPECT_TRUE(allows({"other.net", "Anna@Example.org"}, "anna@example.org"));
    EXPECT_FALSE(allows({"anna@example.org"}, "anne@example.org"));
    EXPECT_TRUE(allows({"例子.中国"}, "a@xn--fsqu00a.xn--fiqs8s"));
}

TEST(MailAllowList, AllowsLessForEntriesThatMeanNothing)
{
    const std::vector<std::string> entries{"*", "", "a b@example.org"};
    const AllowList list(entries);
    EXPECT_EQ(list.skipped(), 3U);
    EXPECT_FALSE(list.allows(*parseAddress("a@example.org")));
}

} // namespace
} // namespace matinee::mail
