#include "accounts/wire/totp.h"

#include "accounts/wire/base32.h"
#include "accounts/wire/otpauth_address.h"

#include <gmock/gmock.h>

#include <array>
#include <cstdio>

namespace matinee::accounts {
namespace {

using namespace std::chrono_literals;
using Time = std::chrono::system_clock::time_point;

const Bytes kSecret = copyOf(bytesOf("12345678901234567890")); // of RFC 4226 and RFC 6238
constexpr Time kNow{std::chrono::seconds(1'111'111'109)};

TEST(Base32, WritesWhatRfc4648HasWithoutPadding)
{
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"", ""}, {"f", "MY"}, {"fo", "MZXQ"}, {"foo", "MZXW6"}, {"foob", "MZXW6YQ"}, {"fooba", "MZXW6YTB"}, {"foobar", "MZXW6YTBOI"}};
    for (const auto &[plain, text] : rows) {
        EXPECT_EQ(base32(bytesOf(plain)), text);
        EXPECT_EQ(fromBase32(text), copyOf(bytesOf(plain)));
    }
}

TEST(Base32, EveryByteComesBackAndOneValueHasOneSpelling)
{
    Bytes bytes;
    for (int i = 0; i < 300; ++i) {
        bytes.push_back(static_cast<std::uint8_t>(i * 7));
        EXPECT_EQ(fromBase32(base32(bytes)), bytes);
    }
    for (const char *text : {"M", "MZX", "MZXW6Y", "mzxw6", "MZXW6===", "MZXW61", "MZXW60", "MZ XW6", "MZ", "MZXR", "MZXW7", "MY\n"})
        EXPECT_FALSE(fromBase32(text)) << text;
}

TEST(Totp, TheVectorsOfRfc6238)
{
    // Appendix B has eight digits; six are the last ones.
    const std::pair<std::int64_t, std::string_view> rows[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                                                              {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    for (const auto &[seconds, code] : rows)
        EXPECT_EQ(totpCode(kSecret, static_cast<std::uint64_t>(seconds / 30)), code);
}

TEST(Totp, TheVectorsOfRfc4226)
{
    const std::array<std::string_view, 10> codes{"755224", "287082", "359152", "969429", "338314",
                                                 "254676", "287922", "162583", "399871", "520489"};
    for (std::size_t i = 0; i < codes.size(); ++i)
        EXPECT_EQ(totpCode(kSecret, i), codes[i]);
}

TEST(Totp, AStepBeginsAtEachThirtySeconds)
{
    EXPECT_EQ(totpStep(Time(0s)), 0U);
    EXPECT_EQ(totpStep(Time(29'999ms)), 0U);
    EXPECT_EQ(totpStep(Time(30s)), 1U);
    EXPECT_EQ(totpStep(Time(-1s)), 0U);
}

TEST(Totp, ACodeOfOneStepBeforeOrAfterIsGood)
{
    const std::uint64_t step = totpStep(kNow);
    for (const std::uint64_t good : {step - 1, step, step + 1})
        EXPECT_EQ(verifyTotp(kSecret, totpCode(kSecret, good), kNow, {}), good);
    for (const std::uint64_t bad : {step - 3, step - 2, step + 2, step + 3})
        EXPECT_FALSE(verifyTotp(kSecret, totpCode(kSecret, bad), kNow, {}));
    EXPECT_EQ(verifyTotp(kSecret, totpCode(kSecret, 0), Time(0s), {}), 0U);
}

TEST(Totp, ACodeIsGoodOnceAndNoneBeforeItAfterwards)
{
    const std::uint64_t step = totpStep(kNow);
    const auto first = verifyTotp(kSecret, totpCode(kSecret, step), kNow, {});
    ASSERT_EQ(first, step);
    EXPECT_FALSE(verifyTotp(kSecret, totpCode(kSecret, step), kNow, first));
    EXPECT_FALSE(verifyTotp(kSecret, totpCode(kSecret, step - 1), kNow, first)) << "an older one that was seen over the shoulder";
    EXPECT_EQ(verifyTotp(kSecret, totpCode(kSecret, step + 1), kNow, first), step + 1);
    EXPECT_FALSE(verifyTotp(kSecret, totpCode(kSecret, step + 1), kNow + 30s, step + 1));
}

TEST(Totp, WhatIsNotSixDigitsIsNoCode)
{
    const std::string code = totpCode(kSecret, totpStep(kNow)); // 081804
    for (const std::string &text :
         {std::string(), code.substr(1), code + "0", "0" + code, " " + code, code.substr(0, 3) + " " + code.substr(3), std::string("81804"),
          std::string("+81804"), std::string("abcdef"), std::string(1000, '0')})
        EXPECT_FALSE(verifyTotp(kSecret, text, kNow, {})) << text;
    EXPECT_TRUE(verifyTotp(kSecret, code, kNow, {}));
}

TEST(Totp, OathtoolMakesTheSameCodes)
{
    if (std::system("oathtool --version >/dev/null 2>&1") != 0)
        GTEST_SKIP() << "there is no oathtool (package oathtool)";
    for (int i = 0; i < 50; ++i) {
        const Bytes secret(kTotpSecretBytes, static_cast<std::uint8_t>(i * 5 + 1));
        const std::int64_t seconds = 1'700'000'000 + i * 7'654'321;
        const std::string command = "oathtool --totp -b " + base32(secret) + " -N '@" + std::to_string(seconds) + "'";
        FILE *pipe = popen(command.c_str(), "r");
        ASSERT_TRUE(pipe);
        std::array<char, 16> line{};
        ASSERT_TRUE(std::fgets(line.data(), line.size(), pipe));
        pclose(pipe);
        EXPECT_EQ(verifyTotp(secret, std::string_view(line.data()).substr(0, 6), Time(std::chrono::seconds(seconds)), {}),
                  static_cast<std::uint64_t>(seconds / 30));
    }
}

TEST(OtpauthAddress, IsWhatAppsRead)
{
    EXPECT_EQ(otpauthAddress("Matinee", "ana@example.org", kSecret),
              "otpauth://totp/"
              "Matinee:ana%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Matinee&algorithm=SHA1&digits=6&period=30");
}

TEST(OtpauthAddress, NamesCannotChangeTheAddress)
{
    const std::string address = otpauthAddress("Kino: A&B", "x?secret=AAAA&y#z/\xe5\xb0\x8f%\"\n", Bytes{0});
    EXPECT_EQ(address, "otpauth://totp/Kino%20%20A%26B:x%3Fsecret%3DAAAA%26y%23z%2F%E5%B0%8F%25%22%0A?secret=AA&issuer=Kino%20%20A%26B"
                       "&algorithm=SHA1&digits=6&period=30");
}

} // namespace
} // namespace matinee::accounts
