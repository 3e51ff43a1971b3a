#include "accounts/wire/base64url.h"

#include <gmock/gmock.h>

namespace matinee::accounts {
namespace {

TEST(Base64Url, WritesWhatRfc4648HasWithoutPadding)
{
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
    for (const auto &[plain, text] : rows) {
        EXPECT_EQ(base64url(bytesOf(plain)), text);
        EXPECT_EQ(fromBase64url(text), copyOf(bytesOf(plain)));
    }
    EXPECT_EQ(base64url(Bytes{0xfb, 0xff, 0xfe}), "-__-");
}

TEST(Base64Url, EveryByteComesBack)
{
    Bytes bytes;
    for (int i = 0; i < 300; ++i) {
        bytes.push_back(static_cast<std::uint8_t>(i * 7));
        EXPECT_EQ(fromBase64url(base64url(bytes)), bytes);
    }
}

TEST(Base64Url, OneValueHasOneSpelling)
{
    for (const char *text :
         {"Zg==", "Zh", "Zm9", "Z", "Zm9vY", "Zm 9v", "Zm9v\n", " Zm9v", "+//+", "Zm9v.", "Zm9v=", "Zm?9v", "Zm9\xc3\xa9"})
        EXPECT_FALSE(fromBase64url(text)) << text;
    EXPECT_FALSE(fromBase64url(std::string_view("Zm9v\0", 5)));
}

} // namespace
} // namespace matinee::accounts
