#include "accounts/oauth2/wire/url_text.h"

#include "accounts/oauth2/wire/utf8_text.h"

#include <gtest/gtest.h>

namespace matinee::accounts::oauth2 {
namespace {

TEST(UrlText, WhatIsWrittenIsReadAgain)
{
    std::string all;
    for (int c = 1; c < 128; ++c)
        all.push_back(static_cast<char>(c));
    const Parameters parameters{{"a", all}, {"名字", "q&=+%23 ß"}, {"empty", ""}};
    const std::string text = formText(parameters);
    EXPECT_EQ(text.find_first_of(" #\"<>\\\n"), std::string::npos);
    const auto read = parseForm(text);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, parameters);
    EXPECT_EQ(valueOf(*read, "a"), all);
    EXPECT_EQ(valueOf(*read, "b"), "");
}

TEST(UrlText, AFormWithTwoOfANameOrABrokenSignIsNone)
{
    for (const char *text : {"a=1&a=2", "a=1&%61=2", "a=%", "a=%4", "a=%zz", "a=%ff", "a=%C0%80"})
        EXPECT_FALSE(parseForm(text)) << text;
    EXPECT_EQ(parseForm("&&a=1&")->size(), 1U);
    EXPECT_EQ(valueOf(*parseForm("a=b+c"), "a"), "b c");
    EXPECT_EQ(valueOf(*parseForm("a"), "a"), "");
    EXPECT_TRUE(parseForm("a=1&b=2", 2));
    EXPECT_FALSE(parseForm("a=1&b=2&c=3", 2));
}

TEST(UrlText, EveryBeginningOfAFormIsReadOrRefused)
{
    const std::string text = "state=a%20b&code=%E7%94%B5&iss=https%3A%2F%2Fa.example";
    for (std::size_t size = 0; size <= text.size(); ++size)
        if (const auto read = parseForm(text.substr(0, size)))
            for (const auto &[name, value] : *read)
                EXPECT_TRUE(isUtf8(name) && isUtf8(value)) << size;
}

TEST(UrlText, AQueryIsAddedToWhatIsThere)
{
    EXPECT_EQ(withQuery("https://a.example/x", {{"b", "1"}}), "https://a.example/x?b=1");
    EXPECT_EQ(withQuery("https://a.example/x?y=2", {{"b", "1"}}), "https://a.example/x?y=2&b=1");
    EXPECT_EQ(withQuery("https://a.example/x?", {{"b", "1"}}), "https://a.example/x?b=1");
    EXPECT_EQ(withQuery("https://a.example/x", {}), "https://a.example/x");
}

TEST(UrlText, AddressesAreReadInParts)
{
    const auto address = parseWebAddress("https://login.example.org:8443/o/token?x=1");
    ASSERT_TRUE(address);
    EXPECT_TRUE(address->isSecure);
    EXPECT_EQ(address->authority, "login.example.org:8443");
    EXPECT_EQ(address->path, "/o/token");
    EXPECT_EQ(address->query, "x=1");
    EXPECT_FALSE(parseWebAddress("http://[::1]:8080")->isSecure);
    EXPECT_TRUE(parseWebAddress("https://a.example"));
}

TEST(UrlText, WhatTwoReadersMayReadDifferentlyIsNoAddress)
{
    for (const char *text : {"",
                             "a.example",
                             "//a.example",
                             "ftp://a.example",
                             "https://",
                             "https:///x",
                             "https://user@a.example/",
                             "https://a.example\\@b.example/",
                             "https://a.example/x#y",
                             "https://a example/",
                             "https://a.example/\n",
                             "https://a.example:0/",
                             "https://a.example:65536/",
                             "https://a.example:x/",
                             "https://a.example:/",
                             "https://[::1/",
                             "https://-a.example/",
                             "https://a.example/../b",
                             "https://ä.example/",
                             "HTTPS://a.example/",
                             "https://a.example/./b"})
        EXPECT_FALSE(parseWebAddress(text)) << text;
    EXPECT_FALSE(parseWebAddress("https://a.example/" + std::string(kMostAddressBytes, 'x')));
}

TEST(Utf8Text, IsCutBetweenCharactersAndLosesControls)
{
    EXPECT_EQ(plainText("a\nb\x7F\xC2\x85z", 100), "abz");
    EXPECT_EQ(plainText("電池", 5), "電");
    EXPECT_EQ(plainText("ok\xFFno", 100), "ok");
    EXPECT_FALSE(isUtf8("\xED\xA0\x80"));
    EXPECT_FALSE(isUtf8("\xF4\x90\x80\x80"));
    EXPECT_FALSE(isUtf8("\xE7\x94"));
    EXPECT_TRUE(isUtf8("電池 \xF0\x9F\x94\x8B"));
}

} // namespace
} // namespace matinee::accounts::oauth2
