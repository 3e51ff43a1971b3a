#include "app/relying_party.h"

#include "common/settings/declarations.h"

#include <gmock/gmock.h>

namespace matinee::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

settings::Snapshot with(const std::string &publicUrl, const std::string &id = {}, const std::vector<std::string> &origins = {})
{
    settings::Snapshot snapshot;
    snapshot.set(settings::serverPublicUrl, publicUrl);
    snapshot.set(settings::webauthnRpId, id);
    snapshot.set(settings::webauthnRpOrigin, origins);
    return snapshot;
}

TEST(RelyingParty, FollowsFromTheAddressOfTheServer)
{
    const auto plain = relyingParty(with("https://watch.example.org"));
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->id, "watch.example.org");
    EXPECT_THAT(plain->origins, ElementsAre("https://watch.example.org"));
    EXPECT_EQ(plain->name, "Matinee");
    EXPECT_THAT(relyingParty(with("https://Watch.Example.org:443/live/"))->origins, ElementsAre("https://watch.example.org"));
    EXPECT_THAT(relyingParty(with("https://watch.example.org:8443/"))->origins, ElementsAre("https://watch.example.org:8443"));
    EXPECT_EQ(relyingParty(with("http://localhost:8080"))->id, "localhost");
}

TEST(RelyingParty, IsNoneWhereNothingWasSetAndTheAddressCannotHavePasskeys)
{
    for (const char *url : {"", "http://watch.example.org", "https://192.0.2.1", "https://[2001:db8::1]:8443", "http://127.0.0.1:8080"}) {
        const auto party = relyingParty(with(url));
        ASSERT_TRUE(party) << url;
        EXPECT_EQ(party->id, "") << url;
        EXPECT_TRUE(party->origins.empty()) << url;
    }
}

TEST(RelyingParty, WhatIsSetCountsAndTheRestFollows)
{
    const auto wider = relyingParty(with("https://watch.example.org", "example.org"));
    ASSERT_TRUE(wider);
    EXPECT_EQ(wider->id, "example.org");
    EXPECT_THAT(wider->origins, ElementsAre("https://watch.example.org"));
    EXPECT_THAT(relyingParty(with("", "example.org"))->origins, ElementsAre("https://example.org"));
    const auto pages = relyingParty(with("", "", {"https://watch.example.org", "https://m.watch.example.org"}));
    ASSERT_TRUE(pages);
    EXPECT_EQ(pages->id, "watch.example.org");
    EXPECT_EQ(pages->origins.size(), 2U);
}

TEST(RelyingParty, WhatCannotWorkIsToldWithWhatToWrite)
{
    const auto refusal = [](const settings::Snapshot &snapshot) {
        const auto party = relyingParty(snapshot);
        return party ? std::string("taken") : party.error().message;
    };
    EXPECT_THAT(refusal(with("https://watch.example.org", "example.com")), HasSubstr("must be on example.com or below it"));
    EXPECT_THAT(refusal(with("", "192.0.2.1")), HasSubstr("webauthn.rp_id"));
    EXPECT_THAT(refusal(with("", "", {"http://watch.example.org"})), HasSubstr("https://"));
    EXPECT_THAT(refusal(with("", "example.org", {"https://example.org/"})), HasSubstr("not even a slash"));
    EXPECT_THAT(refusal(with("", "", {"nonsense"})), HasSubstr("webauthn"));
}

} // namespace
} // namespace matinee::app
