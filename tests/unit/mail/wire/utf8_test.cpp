#include "mail/wire/utf8.h"

#include <gtest/gtest.h>

namespace matinee::mail {
namespace {

TEST(MailUtf8, RepairsWhatIsNone)
{
    EXPECT_EQ(repairedUtf8("héllo 中文 😀"), "héllo 中文 😀");
    EXPECT_EQ(repairedUtf8("a\xFF"
                           "b"),
              "a\uFFFDb");
    EXPECT_EQ(repairedUtf8("\xC0\xAF"), "\uFFFD\uFFFD");                     // overlong
    EXPECT_EQ(repairedUtf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");           // a surrogate
    EXPECT_EQ(repairedUtf8("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD"); // over U+10FFFF
    EXPECT_EQ(repairedUtf8("\xE4\xB8"), "\uFFFD\uFFFD");                     // cut
}

TEST(MailUtf8, MakesOneLineOfMany)
{
    EXPECT_EQ(oneLine(" a\r\nb \t c\x7f ", 100), "a b c");
    EXPECT_EQ(oneLine("a\u202Eb\u2028c\uFEFFd\u0085e", 100), "a b c d e");
    EXPECT_EQ(oneLine("中文字", 2), "中文");
    EXPECT_EQ(oneLine("ab cd", 3), "ab");
    EXPECT_EQ(oneLine("\r\n", 5), "");
}

} // namespace
} // namespace matinee::mail
