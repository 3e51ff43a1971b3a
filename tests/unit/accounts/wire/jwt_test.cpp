#include "accounts/wire/jwt.h"

#include "accounts/wire/strict_json.h"

#include <gmock/gmock.h>

namespace matinee::accounts {
namespace {

using namespace std::chrono_literals;
using Time = std::chrono::system_clock::time_point;

constexpr Time kNow{std::chrono::seconds(1'800'000'000)};

class JwtTest : public testing::Test
{
protected:
    std::string verdict(std::string_view claims, Time now = kNow, std::string_view type = "JWT")
    {
        const auto token = signJws(key, bytesOf(claims), type);
        const auto verified = verifyJwt(*token, *KeySet::create({key}), expected, now);
        return verified ? "good" : std::string(tokenFaultName(verified.error()));
    }

    NamedKey key{"k", *Key::ed25519Private(Bytes(32, 1)), {}};
    JwtExpectation expected{.algorithms = {Algorithm::EdDsa}};
};

TEST_F(JwtTest, ClaimsAreRead)
{
    const auto object = strictObject(R"({"iss":"us","sub":"u1","aud":["a","b"],"exp":1800000060,"nbf":1799999999.5,"iat":1799999999,
                                         "jti":"t1","role":"admin"})");
    const auto token = signJwt(key, *object, "at+jwt");
    ASSERT_TRUE(token);
    expected.issuer = "us";
    expected.audience = "b";
    expected.subject = "u1";
    expected.type = "at+JWT";
    const auto claims = verifyJwt(*token, *KeySet::create({key}), expected, kNow);
    ASSERT_TRUE(claims);
    EXPECT_EQ(claims->issuer, "us");
    EXPECT_EQ(claims->subject, "u1");
    EXPECT_EQ(claims->audience, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(claims->id, "t1");
    EXPECT_EQ(claims->expires, Since1970(1800000060));
    EXPECT_EQ(claims->notBefore, Since1970(1799999999.5));
    EXPECT_EQ(claims->issuedAt, Since1970(1799999999));
    EXPECT_EQ(*textMember(claims->all, "role"), "admin");
}

TEST_F(JwtTest, ExpiryIsToTheSecondAndMustBeThere)
{
    EXPECT_EQ(verdict(R"({"exp":1800000000})", kNow - 1s), "good");
    EXPECT_EQ(verdict(R"({"exp":1800000000})", kNow), "expired");
    EXPECT_EQ(verdict(R"({"exp":1800000000.5})", kNow), "good");
    EXPECT_EQ(verdict(R"({"exp":1e300})"), "good");
    EXPECT_EQ(verdict(R"({"exp":-1e300})"), "expired");
    EXPECT_EQ(verdict("{}"), "claims");
    expected.leeway = 30s;
    EXPECT_EQ(verdict(R"({"exp":1800000000})", kNow + 29s), "good");
    EXPECT_EQ(verdict(R"({"exp":1800000000})", kNow + 30s), "expired");
}

TEST_F(JwtTest, TokensOfTheFutureAreNotYetGood)
{
    EXPECT_EQ(verdict(R"({"exp":1900000000,"nbf":1800000000})"), "good");
    EXPECT_EQ(verdict(R"({"exp":1900000000,"nbf":1800000001})"), "not_yet");
    EXPECT_EQ(verdict(R"({"exp":1900000000,"iat":1800000001})"), "not_yet");
    expected.leeway = 30s;
    EXPECT_EQ(verdict(R"({"exp":1900000000,"nbf":1800000030,"iat":1800000030})"), "good");
    EXPECT_EQ(verdict(R"({"exp":1900000000,"nbf":1800000031})"), "not_yet");
    EXPECT_EQ(verdict(R"({"exp":1900000000,"iat":1800000031})"), "not_yet");
    expected.checkIssuedAt = false;
    EXPECT_EQ(verdict(R"({"exp":1900000000,"iat":1890000000})"), "good");
}

TEST_F(JwtTest, IssuerAudienceAndSubjectAreThoseExpected)
{
    expected.issuer = "us";
    EXPECT_EQ(verdict(R"({"exp":1900000000,"iss":"us"})"), "good");
    EXPECT_EQ(verdict(R"({"exp":1900000000,"iss":"us/"})"), "issuer");
    EXPECT_EQ(verdict(R"({"exp":1900000000})"), "issuer");
    expected.issuer.reset();
    expected.audience = "a";
    EXPECT_EQ(verdict(R"({"exp":1900000000,"aud":"a"})"), "good");
    EXPECT_EQ(verdict(R"({"exp":1900000000,"aud":["b","a"]})"), "good");
    EXPECT_EQ(verdict(R"({"exp":1900000000,"aud":"A"})"), "audience");
    EXPECT_EQ(verdict(R"({"exp":1900000000,"aud":["b"]})"), "audience");
    EXPECT_EQ(verdict(R"({"exp":1900000000,"aud":[]})"), "audience");
    EXPECT_EQ(verdict(R"({"exp":1900000000})"), "audience");
    expected.audience.reset();
    expected.subject = "u1";
    EXPECT_EQ(verdict(R"({"exp":1900000000,"sub":"u1"})"), "good");
    EXPECT_EQ(verdict(R"({"exp":1900000000,"sub":"u2"})"), "subject");
    EXPECT_EQ(verdict(R"({"exp":1900000000})"), "subject");
}

TEST_F(JwtTest, ATokenOfAnotherUseIsRefused)
{
    expected.type = "at+jwt";
    EXPECT_EQ(verdict(R"({"exp":1900000000})", kNow, "at+jwt"), "good");
    EXPECT_EQ(verdict(R"({"exp":1900000000})", kNow, "application/AT+JWT"), "good");
    for (const char *type : {"JWT", "", "at+jw", "at+jwtx", "application/", "rt+jwt"})
        EXPECT_EQ(verdict(R"({"exp":1900000000})", kNow, type), "type") << type;
}

TEST_F(JwtTest, ClaimsAreOfTheirKind)
{
    for (const char *claims : {R"({"exp":"1900000000"})", R"({"exp":null})", R"({"exp":true})", R"({"exp":1e999})",
                               R"({"exp":1900000000,"nbf":"1"})", R"({"exp":1900000000,"iat":null})", R"({"exp":1900000000,"iss":1})",
                               R"({"exp":1900000000,"sub":["a"]})", R"({"exp":1900000000,"jti":1})", R"({"exp":1900000000,"aud":1})",
                               R"({"exp":1900000000,"aud":["a",1]})", R"({"exp":1900000000,"aud":{"a":1}})",
                               R"({"exp":1,"exp":1900000000})", R"({"exp":1900000000,"x":{"y":1,"y":2}})", "[]", "1900000000", "", "{"})
        EXPECT_EQ(verdict(claims), "claims") << claims;
}

TEST_F(JwtTest, AKeyThatWasReplacedVerifiesUntilItsEnd)
{
    key.until = kNow + 10s;
    EXPECT_EQ(verdict(R"({"exp":1900000000})", kNow + 9s), "good");
    EXPECT_EQ(verdict(R"({"exp":1900000000})", kNow + 10s), "unknown_key");
}

TEST_F(JwtTest, ClaimsOfAForgedTokenAreNotLookedAt)
{
    const NamedKey other{"k", *Key::ed25519Private(Bytes(32, 2)), {}};
    const auto token = signJws(other, bytesOf("no json at all"));
    EXPECT_EQ(verifyJwt(*token, *KeySet::create({key}), expected, kNow).error(), TokenFault::Signature);
}

} // namespace
} // namespace matinee::accounts
