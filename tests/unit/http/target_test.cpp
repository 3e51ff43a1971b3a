#include "http/wire/target.h"
#include "http/wire/text.h"

#include <gtest/gtest.h>

using namespace matinee::http::wire;

namespace {

std::string pathOf(std::string_view raw)
{
    const auto target = parseTarget(raw, "GET");
    return target ? target->path : "refused";
}

} // namespace

TEST(Target, DecodesWhatIsHarmless)
{
    EXPECT_EQ(pathOf("/"), "/");
    EXPECT_EQ(pathOf("/a%20b/%E7%94%B5%E5%BD%B1"), "/a b/电影");
    EXPECT_EQ(pathOf("/a+b"), "/a+b");
    EXPECT_EQ(pathOf("/.well-known/x"), "/.well-known/x");
    EXPECT_EQ(pathOf("/a..b/...c/d."), "/a..b/...c/d.");
    EXPECT_EQ(pathOf("/a%25b"), "/a%b");
    EXPECT_EQ(pathOf("http://host"), "/");
    EXPECT_EQ(pathOf("HTTP://host?x"), "/");
}

TEST(Target, RefusesTraversalInEverySpelling)
{
    for (const char *raw : {"/..", "/../etc/passwd", "/a/..", "/a/../b", "/a/./b", "/.", "/%2e%2e/x", "/%2E%2e/x", "/.%2e/x", "/a/%2e",
                            "/..%2fx", "/%2fetc", "/a%2Fb", "/a%5cb", "/a%5C..%5Cb", "/a\\b", "\\..\\x", "/a/..;/b/%2e%2e"})
        EXPECT_EQ(pathOf(raw), "refused") << raw;
}

TEST(Target, RefusesBrokenEncodingAndControlCharacters)
{
    for (const char *raw :
         {"/%",         "/%2",  "/%zz",  "/a%00b", "/%0d%0aX:y", "/%7f",      "/%1f",        "/%ff",        "/%c0%ae%c0%ae",
          "/%ed%a0%80", "/a b", "/a\tb", "/\x7f",  "/\xc3\xa9",  "/x?%",      "/x?a=%0",     "/x?a=%00",    "/x#y",
          "",           "x",    "?x",    "*",      "http://",    "http:///x", "http://a b/", "http://u@h/", "ftp://h/",
          "//"})
        EXPECT_TRUE(pathOf(raw) == "refused" || std::string(raw) == "//") << raw;
    EXPECT_EQ(pathOf("//"), "//") << "an empty name, which nothing has";
}

TEST(Target, AsteriskIsForOptionsOnly)
{
    EXPECT_EQ(parseTarget("*", "OPTIONS")->path, "*");
    EXPECT_FALSE(parseTarget("*", "GET"));
    EXPECT_FALSE(parseTarget("example.org:443", "CONNECT"));
}

TEST(Utf8, KnowsOverlongSurrogateAndTruncatedForms)
{
    EXPECT_TRUE(isUtf8("plain \xc3\xa9 \xe7\x94\xb5 \xf0\x9f\x8e\xac \xf4\x8f\xbf\xbf"));
    for (const char *bad : {"\xc3", "\xe7\x94", "\xf0\x9f\x8e", "\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xed\xa0\x80",
                            "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"})
        EXPECT_FALSE(isUtf8(bad)) << bad;
}

TEST(Lists, FindTokensWholeAndInAnyCase)
{
    EXPECT_TRUE(listHas("keep-alive, Upgrade", "upgrade"));
    EXPECT_FALSE(listHas("upgraded", "upgrade"));
    EXPECT_FALSE(listHas("", "upgrade"));
    EXPECT_TRUE(listHas(" , ,upgrade,", "upgrade"));
}
