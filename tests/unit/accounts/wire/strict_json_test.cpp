#include "accounts/wire/strict_json.h"

#include <gmock/gmock.h>

namespace matinee::accounts {
namespace {

std::string verdict(std::string_view text, JsonLimits limits = {})
{
    const auto object = strictObject(text, limits);
    if (object)
        return "good";
    switch (object.error()) {
    case JsonFault::TooLong:
        return "too long";
    case JsonFault::Malformed:
        return "malformed";
    case JsonFault::NotAnObject:
        return "not an object";
    case JsonFault::DuplicateMember:
        return "duplicate";
    }
    return "?";
}

TEST(StrictJson, AnObjectIsRead)
{
    const auto object = strictObject(R"( {"a":1,"b":{"a":[{"a":2},{"a":3}]},"c":"x"} )");
    ASSERT_TRUE(object);
    EXPECT_EQ(object->size(), 3U);
    ASSERT_TRUE(textMember(*object, "c"));
    EXPECT_EQ(*textMember(*object, "c"), "x");
    EXPECT_FALSE(textMember(*object, "a"));
    EXPECT_FALSE(textMember(*object, "d"));
}

TEST(StrictJson, AMemberThatIsThereTwiceIsRefusedAtEachDepthAndInEachSpelling)
{
    for (const char *text : {R"({"a":1,"a":1})", R"({"a":1,"b":2,"\u0061":3})", R"({"x":{"a":1,"a":2}})", R"({"x":[1,{"a":1,"a":2}]})",
                             R"({"":1,"":2})", R"({"a":{"a":1},"a":2})"})
        EXPECT_EQ(verdict(text), "duplicate") << text;
    EXPECT_EQ(verdict(R"({"a":1,"A":1})"), "good");
    EXPECT_EQ(verdict(R"({"a\u0000":1,"a":1})"), "good");
}

TEST(StrictJson, WhatIsNoObjectIsRefused)
{
    for (const char *text :
         {"", " ", "{", R"({"a":1)", R"({"a":1}})", R"({"a":1} x)", R"({a:1})", R"({"a":1,})", "{'a':1}", R"({"a":01})", "{\"a\":\"\n\"}",
          "{\"a\":\"\xff\"}", "{\"a\":\"\xed\xa0\x80\"}", "\xef\xbb\xbf{}", R"(// {})", R"({"a":NaN})"})
        EXPECT_EQ(verdict(text), "malformed") << text;
    for (const char *text : {"[]", "null", "1", "\"a\"", "true"})
        EXPECT_EQ(verdict(text), "not an object") << text;
}

TEST(StrictJson, SizeAndDepthAreLimited)
{
    EXPECT_EQ(verdict(R"({"a":[{"b":1}]})", {100, 3}), "good");
    EXPECT_EQ(verdict(R"({"a":[{"b":1}]})", {100, 2}), "malformed");
    EXPECT_EQ(verdict(R"({"a":[{"b":1}]})", {15, 3}), "good");
    EXPECT_EQ(verdict(R"({"a":[{"b":1}]})", {14, 3}), "too long");
}

TEST(StrictJson, AnObjectCutAtEachByteIsRefused)
{
    const std::string whole = R"({"alg":"ES256","kid":"k\u00e9y","x":[1,2.5e3,null,true],"y":{"z":-1}})";
    ASSERT_EQ(verdict(whole), "good");
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_EQ(verdict(whole.substr(0, length)), "malformed") << length;
}

} // namespace
} // namespace matinee::accounts
