#include "accounts/password_rules.h"

#include <gmock/gmock.h>

namespace matinee::accounts {
namespace {

using testing::HasSubstr;

std::string refusal(std::string_view password, std::string_view name = "")
{
    const auto checked = checkedPassword(password, name, "password");
    if (checked)
        return "";
    EXPECT_EQ(checked.error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(checked.error().field, "password");
    return checked.error().message;
}

TEST(PasswordRules, TakeWhatNobodyGuessesFirst)
{
    for (const char *good : {"correct horse battery staple", "v8#kQ2!z", "Zwölf Boxkämpfer", "天地玄黃宇宙洪荒", "пароль-нет"})
        EXPECT_EQ(refusal(good, "alice"), "") << good;
    EXPECT_EQ(refusal(std::string(500, 'a') + "bcd" + std::string(497, 'z')), "");
}

TEST(PasswordRules, CountCharactersAndNotBytes)
{
    EXPECT_THAT(refusal("ümlaut7"), HasSubstr("at least 8"));
    EXPECT_THAT(refusal("天地玄黃宇宙洪"), HasSubstr("at least 8"));
    EXPECT_THAT(refusal("u\xcc\x88mlaut7"), HasSubstr("at least 8")); // two code points that are one in NFC
    EXPECT_THAT(refusal(""), HasSubstr("at least 8"));
    EXPECT_THAT(refusal("abcd" + std::string(997, 'x')), HasSubstr("1000"));
    EXPECT_THAT(refusal(std::string(1'000'000, 'x')), HasSubstr("1000"));
}

TEST(PasswordRules, RefuseWhatIsTriedFirst)
{
    for (const char *common : {"password", "PassWord", "12345678", "qwertyuiop", "iloveyou", "trustno1", "Password1"})
        EXPECT_THAT(refusal(common), HasSubstr("tried first")) << common;
    for (const char *dull : {"aaaaaaaa", "abcabcabc", "1111111122"})
        EXPECT_THAT(refusal(dull), HasSubstr("different")) << dull;
    EXPECT_THAT(refusal("Alice.Miller", "alice.miller"), HasSubstr("name"));
    EXPECT_FALSE(isCommonPassword(""));
    EXPECT_FALSE(isCommonPassword("password\n12345678"));
    EXPECT_FALSE(isCommonPassword("# MIT licence: Permission is hereby granted"));
}

TEST(PasswordRules, GiveItInTheFormThatEveryClientHas)
{
    const auto checked = checkedPassword("Zwo\xcc\x88lf Boxka\xcc\x88mpfer", "", "password");
    ASSERT_TRUE(checked);
    EXPECT_EQ(*checked, "Zwölf Boxkämpfer");
    EXPECT_THAT(refusal("abc\xff\xfe defgh"), HasSubstr("UTF-8"));
}

} // namespace
} // namespace matinee::accounts
