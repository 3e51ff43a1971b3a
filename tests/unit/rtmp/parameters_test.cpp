#include "rtmp/wire/parameters.h"

#include <gtest/gtest.h>

namespace matinee::rtmp {

TEST(Parameters, StandBehindAQuestionMark)
{
    EXPECT_TRUE(parseParameters("name").empty());
    EXPECT_TRUE(parseParameters("name?").empty());
    EXPECT_TRUE(parseParameters("").empty());
    EXPECT_EQ(parseParameters("name?a=1&b=2"), (Parameters{{"a", "1"}, {"b", "2"}}));
    EXPECT_EQ(withoutParameters("name?a=1"), "name");
    EXPECT_EQ(withoutParameters("name"), "name");
}

TEST(Parameters, ForgiveWhatPeopleWrite)
{
    EXPECT_EQ(parseParameters("?a&b=&=c&&a=later"), (Parameters{{"a", ""}, {"b", ""}}));
    EXPECT_EQ(parseParameters("?a=b=c?d"), (Parameters{{"a", "b=c?d"}}));
}

TEST(Parameters, ResolvePercentEscapesThatAreOnes)
{
    EXPECT_EQ(parseParameters("?a=%2f%2B%zz%4&%61b=%41"), (Parameters{{"a", "/+%zz%4"}, {"ab", "A"}}));
    EXPECT_EQ(parseParameters("?a=%"), (Parameters{{"a", "%"}}));
    EXPECT_EQ(parseParameters("?a=%4"), (Parameters{{"a", "%4"}}));
}

TEST(Parameters, AreAtMostSixteen)
{
    std::string text = "?";
    for (int i = 0; i < 100; ++i)
        text += "p" + std::to_string(i) + "=1&";
    EXPECT_EQ(parseParameters(text).size(), kMaxParameters);
}

} // namespace matinee::rtmp
