#include "accounts/refresh_tokens.h"

#include <gmock/gmock.h>

namespace matinee::accounts {
namespace {

using namespace std::chrono_literals;

const auto kNow = RefreshState::Time(1'790'000'000s);
const RefreshTokens kTokens(refreshKeyOf(std::string(64, 'a')));

TEST(RefreshTokens, ComeBackAsTheyWereMade)
{
    for (const std::uint64_t generation : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 40}) {
        const std::string token = kTokens.make({"abcdefghijklmnopqrstuvwxyz", generation});
        EXPECT_THAT(token, testing::StartsWith("mtr_abcdefghijklmnopqrstuvwxyz." + std::to_string(generation) + "."));
        EXPECT_LE(token.size(), RefreshTokens::kMaxBytes);
        const auto parsed = kTokens.parse(token);
        ASSERT_TRUE(parsed);
        EXPECT_EQ(parsed->sessionId, "abcdefghijklmnopqrstuvwxyz");
        EXPECT_EQ(parsed->generation, generation);
    }
}

TEST(RefreshTokens, NobodyElseMakesThem)
{
    const std::string token = kTokens.make({"abcd2345", 12});
    EXPECT_FALSE(RefreshTokens(refreshKeyOf(std::string(64, 'b'))).parse(token));
    for (std::size_t i = 0; i < token.size(); ++i) {
        std::string changed = token;
        changed[i] = changed[i] == 'b' ? 'c' : 'b';
        EXPECT_FALSE(kTokens.parse(changed)) << changed;
        EXPECT_FALSE(kTokens.parse(token.substr(0, i)));
    }
    EXPECT_FALSE(kTokens.parse(token + "a"));
    const std::string code = token.substr(token.rfind('.'));
    for (const std::string &other :
         {"mtr_abcd2345.012" + code, "mtr_abcd2345.+12" + code, "mtr_abcd2345. 12" + code, "mtr_abcd2345.13" + code,
          "mtr_abcd234.512" + code, "mtr_.12" + code, "mtr_abcd2345." + code, "mtr_abcd2345.99999999999999999999999" + code,
          std::string(100'000, 'm'), std::string("mtr_"), std::string("mtr_."), std::string("mtr_..")})
        EXPECT_FALSE(kTokens.parse(other)) << other.substr(0, 80);
}

TEST(RefreshTokens, TheGoodOneRotates)
{
    const RefreshState state{7, kNow - 1h, kNow + 1h};
    EXPECT_EQ(judgeRefresh(7, state, kNow), RefreshVerdict::Rotate);
    EXPECT_EQ(judgeRefresh(7, state, kNow + 1h), RefreshVerdict::Expired);
}

TEST(RefreshTokens, TheOneBeforeIsGoodForHalfAMinuteAndThenStolen)
{
    const RefreshState state{7, kNow, kNow + 720h};
    EXPECT_EQ(judgeRefresh(6, state, kNow), RefreshVerdict::SameAgain);
    EXPECT_EQ(judgeRefresh(6, state, kNow + 29s), RefreshVerdict::SameAgain);
    EXPECT_EQ(judgeRefresh(6, state, kNow + 30s), RefreshVerdict::Stolen);
    EXPECT_EQ(judgeRefresh(6, state, kNow - 1h), RefreshVerdict::SameAgain) << "a clock that was put back";
    EXPECT_EQ(judgeRefresh(5, state, kNow), RefreshVerdict::Stolen);
    EXPECT_EQ(judgeRefresh(0, state, kNow), RefreshVerdict::Stolen);
    EXPECT_EQ(judgeRefresh(6, state, kNow + 720h), RefreshVerdict::Expired) << "nobody is accused after its time";
}

TEST(RefreshTokens, OneOfTheFutureAccusesNobody)
{
    EXPECT_EQ(judgeRefresh(8, {7, kNow, kNow + 1h}, kNow), RefreshVerdict::Ahead);
}

} // namespace
} // namespace matinee::accounts
