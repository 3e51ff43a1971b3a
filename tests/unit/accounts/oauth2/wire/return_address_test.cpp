#include "accounts/oauth2/wire/return_address.h"

#include <gtest/gtest.h>

#include <vector>

namespace matinee::accounts::oauth2 {
namespace {

const std::vector<std::string> kAllowed{"https://www.example.org/live", "http://127.0.0.1:5173/"};

TEST(ReturnAddress, IsAPageOfOurs)
{
    EXPECT_EQ(returnAddress("", kAllowed), "/");
    for (const char *path : {"/", "/watch/live", "/watch/live/stats?x=1&y=%20#top", "/account?next=https://a.example//b", "/a.b/c..d"})
        EXPECT_EQ(returnAddress(path, {}), path);
}

TEST(ReturnAddress, OrExactlyOneThatWasNamed)
{
    for (const std::string &address : kAllowed)
        EXPECT_EQ(returnAddress(address, kAllowed), address);
    for (const char *other :
         {"https://www.example.org/live/", "https://www.example.org/liv", "https://www.example.org/live?x", "https://www.example.org",
          "http://www.example.org/live", "https://www.example.org:443/live", "https://WWW.example.org/live", "http://127.0.0.1:5173"})
        EXPECT_FALSE(returnAddress(other, kAllowed)) << other;
    const std::vector<std::string> odd{"javascript:alert(1)", "//evil.example"};
    EXPECT_FALSE(returnAddress(odd[0], odd)) << "a setting that was not checked";
    EXPECT_FALSE(returnAddress(odd[1], odd));
}

TEST(ReturnAddress, NeverLeadsElsewhere)
{
    for (const char *wanted : {"//evil.example",
                               "///evil.example",
                               "/\\evil.example",
                               "\\\\evil.example",
                               "/\t/evil.example",
                               "/\n/evil.example",
                               "\t//evil.example",
                               " //evil.example",
                               "https://evil.example",
                               "https:evil.example",
                               "http://evil.example/",
                               "javascript:alert(1)",
                               "data:text/html,x",
                               "evil.example",
                               "./x",
                               "../x",
                               "/..//evil.example",
                               "/a/..//evil.example",
                               "/.//evil.example",
                               "/%2e%2e//evil.example",
                               "/%2E/x",
                               "/a/%2e%2E/b",
                               "/a//b",
                               "/a\\b",
                               "/a\x7F",
                               "/\xC2\xA0/evil.example",
                               "?x",
                               "#x",
                               "https://www.example.org/live@evil.example",
                               "https://evil.example#https://www.example.org/live"})
        EXPECT_FALSE(returnAddress(wanted, kAllowed)) << wanted;
    EXPECT_FALSE(returnAddress("/" + std::string(512, 'a'), kAllowed));
    EXPECT_FALSE(returnAddress(std::string_view("/a\0b", 4), kAllowed));
}

} // namespace
} // namespace matinee::accounts::oauth2
