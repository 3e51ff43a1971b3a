#include "accounts/oauth2/wire/id_token.h"

#include <boost/json/array.hpp>
#include <gtest/gtest.h>

namespace matinee::accounts::oauth2 {
namespace {

constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'800'000'000)};

class IdTokenTest : public testing::Test
{
protected:
    std::string verdict(const boost::json::object &claims)
    {
        const auto verified = verifyIdToken(*signJwt(m_key, claims), *KeySet::create({m_key}), m_expected, kNow);
        return verified ? "good" : std::string(verified.error().why);
    }
    static boost::json::object claims()
    {
        return {{"iss", "https://login.example.org"},
                {"sub", "24400320"},
                {"aud", "matinee"},
                {"exp", 1'800'000'300},
                {"iat", 1'800'000'000},
                {"nonce", "n-0S6"}};
    }
    std::string verdictWith(const char *name, boost::json::value value)
    {
        auto changed = claims();
        changed[name] = std::move(value);
        return verdict(changed);
    }
    std::string verdictWithout(const char *name)
    {
        auto changed = claims();
        changed.erase(name);
        return verdict(changed);
    }

    NamedKey m_key{"k", *Key::p256Private(Bytes(32, 7)), {}};
    IdTokenExpectation m_expected{"https://login.example.org", "matinee", "n-0S6"};
};

TEST_F(IdTokenTest, ThatIsTheProvidersAndForUsAndOfThisSignInIsGood)
{
    EXPECT_EQ(verdict(claims()), "good");
    const auto verified = verifyIdToken(*signJwt(m_key, claims()), *KeySet::create({m_key}), m_expected, kNow);
    EXPECT_EQ(verified->subject, "24400320");
    EXPECT_EQ(verified->issuer, "https://login.example.org");
}

TEST_F(IdTokenTest, OfAnotherProviderOrForAnotherClientIsRefused)
{
    EXPECT_EQ(verdictWith("iss", "https://evil.example"), "issuer");
    EXPECT_EQ(verdictWithout("iss"), "issuer");
    EXPECT_EQ(verdictWith("aud", "another"), "audience");
    EXPECT_EQ(verdictWithout("aud"), "audience");
    EXPECT_EQ(verdictWith("azp", "another"), "party");
    EXPECT_EQ(verdictWith("azp", 7), "party");
    EXPECT_EQ(verdictWith("azp", "matinee"), "good");
    EXPECT_EQ(verdictWith("aud", boost::json::array{"matinee", "another"}), "party")
        << "for several, and it does not say to whom it was given";
    auto several = claims();
    several["aud"] = boost::json::array{"another", "matinee"};
    several["azp"] = "matinee";
    EXPECT_EQ(verdict(several), "good");
}

TEST_F(IdTokenTest, OfAnotherSignInIsRefused)
{
    EXPECT_EQ(verdictWith("nonce", "n-0S7"), "nonce");
    EXPECT_EQ(verdictWithout("nonce"), "nonce");
    EXPECT_EQ(verdictWith("nonce", nullptr), "nonce");
    m_expected.nonce.clear();
    EXPECT_EQ(verdictWithout("nonce"), "nonce") << "nothing was expected, so nothing is right";
}

TEST_F(IdTokenTest, OutsideOfItsTimeIsRefused)
{
    EXPECT_EQ(verdictWith("exp", 1'799'999'900), "expired");
    EXPECT_EQ(verdictWith("exp", 1'799'999'950), "good") << "a minute of leeway";
    EXPECT_EQ(verdictWithout("exp"), "claims");
    EXPECT_EQ(verdictWith("iat", 1'800'000'100), "not_yet");
    EXPECT_EQ(verdictWithout("iat"), "claims");
}

TEST_F(IdTokenTest, WithoutASubjectThatCanBeIsRefused)
{
    EXPECT_EQ(verdictWithout("sub"), "subject");
    EXPECT_EQ(verdictWith("sub", ""), "subject");
    EXPECT_EQ(verdictWith("sub", "a b"), "subject");
    EXPECT_EQ(verdictWith("sub", boost::json::string(256, 'a')), "subject");
    EXPECT_EQ(verdictWith("sub", 7), "claims");
}

TEST_F(IdTokenTest, SignedByWhoeverHasTheSecretOrByNobodyIsRefused)
{
    const NamedKey shared{"k", *Key::hmac(Bytes(32, 1)), {}};
    const auto token = signJwt(shared, claims());
    const auto verified = verifyIdToken(*token, *KeySet::create({shared}), m_expected, kNow);
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().why, "algorithm");
    const NamedKey other{"k", *Key::p256Private(Bytes(32, 8)), {}};
    EXPECT_EQ(verifyIdToken(*signJwt(other, claims()), *KeySet::create({m_key}), m_expected, kNow).error().why, "signature");
    const NamedKey newer{"k2", *Key::p256Private(Bytes(32, 8)), {}};
    const NamedKey older{"k1", *Key::p256Private(Bytes(32, 9)), {}};
    const auto unknown = verifyIdToken(*signJwt(newer, claims()), *KeySet::create({m_key, older}), m_expected, kNow);
    ASSERT_FALSE(unknown);
    EXPECT_TRUE(unknown.error().isUnknownKey);
}

TEST_F(IdTokenTest, OfAnyTenantBelongsToItsTenant)
{
    m_expected.issuer = "https://login.microsoftonline.com/{tenantid}/v2.0";
    m_expected.isOfAnyTenant = true;
    const std::string tenant = "9188040d-6c67-4c5b-b112-36a304b66dad";
    auto good = claims();
    good["tid"] = tenant;
    good["iss"] = "https://login.microsoftonline.com/" + tenant + "/v2.0";
    EXPECT_EQ(verdict(good), "good");
    EXPECT_EQ(verifyIdToken(*signJwt(m_key, good), *KeySet::create({m_key}), m_expected, kNow)->subject, tenant + "/24400320");
    auto other = good;
    other["tid"] = "00000000-6c67-4c5b-b112-36a304b66dad";
    EXPECT_EQ(verdict(other), "issuer") << "a tenant that speaks for another";
    other["tid"] = "{tenantid}";
    EXPECT_EQ(verdict(other), "tenant");
    other.erase("tid");
    EXPECT_EQ(verdict(other), "tenant");
}

} // namespace
} // namespace matinee::accounts::oauth2
