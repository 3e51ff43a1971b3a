#include "accounts/playback_tokens.h"

#include <gmock/gmock.h>
#include <sodium.h>

namespace matinee::accounts {
namespace {

using namespace std::chrono_literals;

const std::string kSecret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
constexpr PlaybackTokens::Time kNow{std::chrono::seconds(1'850'000'000)};

// Made by another program: {"typ":"JWT","alg":"HS256"}, {"sub":"cinema","exp":1900000000.5,"nbf":1800000000}, key kSecret.
constexpr const char *kGolden = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjaW5lbWEiLCJleHAiOjE5MDAwMDAwMDAuNSwibmJmIjoxODAwMDA"
                                "wMDAwfQ.rBpUJSYg91_TdAVLDf_LhNN_ZHaEhXBwxonBNE7pfK4";

std::string encoded(std::string_view bytes)
{
    std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size(),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    text.pop_back();
    return text;
}

/// Signed with the right key, whatever is in it.
std::string signedToken(std::string_view header, std::string_view claims)
{
    const std::string text = encoded(header) + "." + encoded(claims);
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char *>(kSecret.data()), kSecret.size());
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char *>(text.data()), text.size());
    crypto_auth_hmacsha256_final(&state, mac);
    return text + "." + encoded({reinterpret_cast<const char *>(mac), sizeof mac});
}

class PlaybackTokensTest : public testing::Test
{
protected:
    std::string verdict(std::string_view token, std::string_view stream = "cinema", PlaybackTokens::Time now = kNow) const
    {
        const auto verified = tokens.verify(token, stream, now);
        return verified ? "good" : std::string(tokenRefusalName(verified.error()));
    }
    std::string claims(std::string_view text) const { return verdict(signedToken(R"({"alg":"HS256","typ":"JWT"})", text)); }
    std::string header(std::string_view text) const { return verdict(signedToken(text, R"({"sub":"cinema","exp":1900000000})")); }

    PlaybackTokens tokens{kSecret};
};

TEST_F(PlaybackTokensTest, WhatIsMadeIsGoodForItsStreamUntilItExpires)
{
    const auto token = tokens.make("cinema", kNow + 60s);
    EXPECT_EQ(verdict(token), "good");
    EXPECT_EQ(verdict(token, "cinema", kNow + 59s), "good");
    EXPECT_EQ(verdict(token, "cinema", kNow + 60s), "expired");
    EXPECT_EQ(verdict(token, "theatre"), "other_stream");
    EXPECT_EQ(verdict(token, "cinema@720p"), "other_stream") << "the gate asks for the stream's own name";
    EXPECT_THAT(token, testing::MatchesRegex("[A-Za-z0-9_-]+[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]{43}"));
}

TEST_F(PlaybackTokensTest, ATokenOfAnotherProgramIsGood)
{
    EXPECT_EQ(verdict(kGolden), "good");
    EXPECT_EQ(verdict(kGolden, "cinema", PlaybackTokens::Time(1'799'999'999s)), "expired") << "not yet";
    EXPECT_EQ(verdict(kGolden, "cinema", PlaybackTokens::Time(1'900'000'001s)), "expired");
}

TEST_F(PlaybackTokensTest, ATokenCutAtEachPlaceIsForged)
{
    const std::string golden = kGolden;
    for (std::size_t length = 0; length < golden.size(); ++length)
        EXPECT_EQ(verdict(golden.substr(0, length)), "forged") << length;
}

TEST_F(PlaybackTokensTest, ATokenWithOneOtherCharacterIsForged)
{
    const std::string golden = kGolden;
    for (std::size_t at = 0; at < golden.size(); ++at) {
        std::string changed = golden;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        EXPECT_EQ(verdict(changed), "forged") << at;
    }
    EXPECT_EQ(verdict(golden + "A"), "forged");
    EXPECT_EQ(verdict(golden + "="), "forged");
    EXPECT_EQ(verdict(" " + golden), "forged");
    EXPECT_EQ(verdict(golden + std::string(PlaybackTokens::kMaxBytes, 'A')), "forged");
}

TEST_F(PlaybackTokensTest, AnotherKeyAndNoKeyAreForged)
{
    EXPECT_EQ(verdict(PlaybackTokens(kSecret + "0").make("cinema", kNow + 60s)), "forged");
    const PlaybackTokens none{""};
    EXPECT_FALSE(none.verify(none.make("cinema", kNow + 60s), "cinema", kNow));
}

TEST_F(PlaybackTokensTest, OnlyHs256Counts)
{
    EXPECT_EQ(header(R"({"alg":"HS256"})"), "good");
    for (const char *text : {R"({"alg":"none"})", R"({"alg":"hs256"})", R"({"alg":"HS512"})", R"({"alg":"RS256"})", R"({"typ":"JWT"})",
                             R"({"alg":["HS256"]})", R"({"alg":"HS256","crit":["x"],"x":1})", "{}", "[]", "null", "", "HS256"})
        EXPECT_EQ(header(text), "forged") << text;
    // Unsigned, as "none" would have it.
    EXPECT_EQ(verdict(encoded(R"({"alg":"none"})") + "." + encoded(R"({"sub":"cinema","exp":1900000000})") + "."), "forged");
}

TEST_F(PlaybackTokensTest, ExpirySubjectAndDatesMustBeWhatTheyAre)
{
    EXPECT_EQ(claims(R"({"sub":"cinema","exp":1900000000,"iat":1,"jti":"x","aud":["y"]})"), "good");
    for (const char *text :
         {R"({"sub":"cinema"})", R"({"exp":1900000000})", R"({"sub":"cinema","exp":"1900000000"})", R"({"sub":1,"exp":1900000000})",
          R"({"sub":"cinema","exp":1e999})", R"({"sub":"cinema","exp":null})", R"({"sub":"cinema","exp":1900000000,"nbf":"x"})",
          R"({"sub":"cinema","exp":1900000000)", R"({"a":{"b":{"c":{"d":{"e":1}}}},"sub":"cinema","exp":1900000000})", "[]"})
        EXPECT_EQ(claims(text), "forged") << text;
    EXPECT_EQ(claims(R"({"sub":"cinema","exp":-1})"), "expired");
    EXPECT_EQ(claims(R"({"sub":"","exp":1900000000})"), "other_stream");
    EXPECT_EQ(claims(R"({"sub":"cinem\u0061","exp":1900000000})"), "good") << "JSON may write letters so";
}

} // namespace
} // namespace matinee::accounts
