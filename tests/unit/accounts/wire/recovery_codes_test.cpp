#include "accounts/wire/recovery_codes.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace matinee::accounts {
namespace {

using testing::Each;
using testing::MatchesRegex;
using testing::SizeIs;

RecoveryRandom counting()
{
    RecoveryRandom random;
    for (std::size_t i = 0; i < random.size(); ++i)
        random[i] = static_cast<std::uint8_t>(i * 37 + 11);
    return random;
}

std::vector<std::string> hashesOf(const std::vector<std::string> &codes, std::string_view account)
{
    std::vector<std::string> hashes;
    for (const auto &code : codes)
        hashes.push_back(*recoveryCodeHash(code, account));
    return hashes;
}

TEST(RecoveryCodes, TenDifferentOnesInAReadableAlphabet)
{
    const auto codes = makeRecoveryCodes(counting());
    EXPECT_THAT(codes, SizeIs(10));
    EXPECT_THAT(std::set(codes.begin(), codes.end()), SizeIs(10));
    EXPECT_THAT(codes, Each(MatchesRegex("[0-9a-hjkmnp-tv-z]{4}-[0-9a-hjkmnp-tv-z]{4}-[0-9a-hjkmnp-tv-z]{4}-[0-9a-hjkmnp-tv-z]{4}")));
}

TEST(RecoveryCodes, EveryRandomBitCounts)
{
    const RecoveryRandom random = counting();
    const auto codes = makeRecoveryCodes(random);
    for (std::size_t bit = 0; bit < random.size() * 8; ++bit) {
        RecoveryRandom changed = random;
        changed[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
        const auto others = makeRecoveryCodes(changed);
        for (std::size_t i = 0; i < codes.size(); ++i)
            EXPECT_EQ(others[i] != codes[i], i == bit / 80) << bit;
    }
    RecoveryRandom ones;
    ones.fill(0xff);
    EXPECT_EQ(makeRecoveryCodes(ones).back(), "zzzz-zzzz-zzzz-zzzz");
}

TEST(RecoveryCodes, EachIsFoundHoweverItIsTyped)
{
    const auto codes = makeRecoveryCodes(counting());
    const auto hashes = hashesOf(codes, "u1");
    for (std::size_t i = 0; i < codes.size(); ++i) {
        EXPECT_EQ(findRecoveryCode(hashes, codes[i], "u1"), i);
        std::string other = codes[i];
        std::erase(other, '-');
        std::transform(other.begin(), other.end(), other.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
        std::replace(other.begin(), other.end(), '0', 'O');
        std::replace(other.begin(), other.end(), '1', i % 2 == 0 ? 'I' : 'l');
        EXPECT_EQ(findRecoveryCode(hashes, " " + other + " ", "u1"), i) << other;
    }
}

TEST(RecoveryCodes, ACodeIsGoodOnceAndForItsAccount)
{
    const auto codes = makeRecoveryCodes(counting());
    auto hashes = hashesOf(codes, "u1");
    EXPECT_FALSE(findRecoveryCode(hashes, codes[3], "u2"));
    EXPECT_NE(recoveryCodeHash(codes[3], "u1"), recoveryCodeHash(codes[3], "u2"));
    hashes.erase(hashes.begin() + static_cast<std::ptrdiff_t>(*findRecoveryCode(hashes, codes[3], "u1")));
    EXPECT_FALSE(findRecoveryCode(hashes, codes[3], "u1"));
    EXPECT_EQ(findRecoveryCode(hashes, codes[4], "u1"), 3U);
}

TEST(RecoveryCodes, WhatIsNoCodeHasNoHash)
{
    for (const std::string &text :
         {std::string(), std::string("0000-0000-0000-000"), std::string("0000-0000-0000-00000"), std::string("0000-0000-0000-000u"),
          std::string("0000-0000-0000-000\xc3\xa9"), std::string("0000_0000_0000_0000"), std::string(65, '-'), std::string(100000, '0')})
        EXPECT_FALSE(recoveryCodeHash(text, "u1")) << text.substr(0, 40);
    EXPECT_FALSE(findRecoveryCode({}, "0000-0000-0000-0000", "u1"));
    EXPECT_FALSE(findRecoveryCode({""}, "", "u1")) << "nothing is not equal to nothing";
}

} // namespace
} // namespace matinee::accounts
