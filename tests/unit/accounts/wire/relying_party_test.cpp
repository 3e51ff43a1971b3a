#include "accounts/wire/relying_party.h"

#include <gmock/gmock.h>

namespace matinee::accounts {
namespace {

using testing::HasSubstr;

TEST(RelyingParty, ADomainWithPagesOnItIsWell)
{
    EXPECT_FALSE(relyingPartyProblem("example.org", {"https://example.org"}));
    EXPECT_FALSE(relyingPartyProblem("example.org", {"https://watch.example.org", "https://a.b.example.org:8443"}));
    EXPECT_FALSE(relyingPartyProblem("localhost", {"http://localhost:8080", "https://localhost"}));
    EXPECT_FALSE(relyingPartyProblem("nas", {"https://nas:8443"}));
    EXPECT_FALSE(relyingPartyProblem("xn--kino-9qa.example", {"https://xn--kino-9qa.example"}));
    EXPECT_FALSE(relyingPartyProblem("1.example", {"https://1.example"}));
}

TEST(RelyingParty, AnIdThatIsNoDomainIsExplained)
{
    for (const char *id : {"", "https://example.org", "example.org:8080", "Example.org", "example.org.", ".example.org", "a..b",
                           "192.0.2.1", "::1", "[::1]", "ex ample.org", "-a.org", "a-.org", "k\xc3\xafno.org", "a_b.org"})
        EXPECT_THAT(relyingPartyProblem(id, {"https://example.org"}).value_or(""), HasSubstr("webauthn.rp_id")) << id;
    EXPECT_TRUE(relyingPartyProblem(std::string(64, 'a') + ".org", {"https://example.org"}));
    EXPECT_TRUE(relyingPartyProblem(std::string(254, 'a'), {"https://example.org"}));
}

TEST(RelyingParty, AnOriginThatBrowsersNeverWriteIsExplained)
{
    EXPECT_THAT(relyingPartyProblem("example.org", {}).value_or(""), HasSubstr("webauthn.rp_origin"));
    for (const char *origin :
         {"example.org", "https://example.org/", "https://example.org:443", "https://example.org:0", "https://example.org:65536",
          "https://example.org:", "https://example.org:08443", "https://EXAMPLE.org", "HTTPS://example.org", "https://",
          "https://user@example.org", "https://example.org?x", "ftp://example.org", "https://192.0.2.1", "", "null"})
        EXPECT_THAT(relyingPartyProblem("example.org", {"https://example.org", origin}).value_or(""), HasSubstr("webauthn.rp_origin"))
            << origin;
}

TEST(RelyingParty, PagesOfOtherDomainsAndWithoutTlsAreExplained)
{
    for (const char *origin : {"https://example.com", "https://notexample.org", "https://org", "https://example.org.evil.example"})
        EXPECT_THAT(relyingPartyProblem("example.org", {origin}).value_or(""), HasSubstr("on example.org or below it")) << origin;
    EXPECT_THAT(relyingPartyProblem("example.org", {"http://example.org"}).value_or(""), HasSubstr("for localhost only"));
    EXPECT_THAT(relyingPartyProblem("localhost", {"http://notlocalhost"}).value_or(""), HasSubstr("for localhost only"));
}

} // namespace
} // namespace matinee::accounts
