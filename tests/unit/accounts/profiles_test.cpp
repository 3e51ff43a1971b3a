#include "accounts/profiles.h"
#include "tests/unit/accounts/accounts_test.h"

namespace matinee::accounts {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string refusal(std::string_view typed)
{
    const auto parsed = parseDisplayName(typed);
    return parsed ? "" : parsed.error().field + ": " + parsed.error().message;
}

TEST(DisplayName, IsAnyTextThatCanBeSeen)
{
    EXPECT_EQ(*parseDisplayName("  Ada Lovelace \t"), "Ada Lovelace");
    EXPECT_EQ(*parseDisplayName("Zoe\xcc\x88"), "Zoë");
    EXPECT_EQ(*parseDisplayName("电影之夜 🎬"), "电影之夜 🎬");
    EXPECT_EQ(*parseDisplayName(""), "");
    EXPECT_EQ(*parseDisplayName("   "), "");
    std::string long64, long65 = "é";
    for (int i = 0; i < 64; ++i) {
        long64 += "é";
        long65 += "é";
    }
    EXPECT_EQ(refusal(long64), "");
    EXPECT_THAT(refusal(long65), HasSubstr("display_name: A display name has 64"));
    EXPECT_THAT(refusal(std::string(2000, ' ')), HasSubstr("64"));
    for (const char *hidden : {"a\nb", "a\u202eb", "a\u200bb", "a\ufeff", "a\u2028b", "a\x7f"})
        EXPECT_THAT(refusal(hidden), HasSubstr("nobody can see")) << hidden;
    EXPECT_THAT(refusal("\xff"), HasSubstr("UTF-8"));
}

class ProfilesTest : public AccountsTest
{
protected:
    void SetUp() override
    {
        AccountsTest::SetUp();
        m_alice = made("alice");
        m_bob = made("bob");
    }
    std::string made(const std::string &name)
    {
        const auto created = await(m_people->create(name, "", kKey, kNow));
        EXPECT_RESULT(created);
        return created ? created->user.id : "";
    }
    Result<store::ProfileRow> change(std::optional<std::string> displayName, std::optional<std::string> language = {})
    {
        return await(profiles().update(m_alice, {std::move(displayName), std::move(language)}, m_note, kNow));
    }
    Profiles profiles() { return Profiles(*m_store); }
    std::vector<std::string> blockedByAlice()
    {
        const auto rows = await(profiles().blocked(m_alice));
        EXPECT_RESULT(rows);
        std::vector<std::string> names;
        for (const store::BlockRow &row : *rows)
            names.push_back(row.name);
        return names;
    }
    std::string m_alice, m_bob;
    std::shared_ptr<AuditNote> m_note = std::make_shared<AuditNote>();
};

TEST_P(ProfilesTest, BeginEmptyAndChangeByWhatIsGiven)
{
    auto profile = await(profiles().find(m_alice));
    ASSERT_RESULT(profile);
    EXPECT_EQ(profile->displayName, "");
    EXPECT_EQ(profile->language, "en");
    ASSERT_RESULT(change("Ada", {}));
    ASSERT_RESULT(change({}, "zh-CN"));
    EXPECT_EQ(m_note->before, R"({"display_name":"Ada","language":"en"})");
    EXPECT_EQ(m_note->after, R"({"display_name":"Ada","language":"zh-CN"})");
    profile = await(profiles().find(m_alice));
    EXPECT_EQ(profile->displayName, "Ada");
    EXPECT_EQ(profile->language, "zh-CN");
    EXPECT_EQ(change({}, "fr").error().field, "language");
    ASSERT_RESULT(change("", {}));
    EXPECT_EQ(await(profiles().find(m_alice))->displayName, "");
    EXPECT_EQ(await(profiles().find("nobody")).error().code, ErrorCode::NotFound);
}

TEST_P(ProfilesTest, NobodyIsShownUnderANameThatLooksLikeAnothers)
{
    for (const char *other : {"bob", "BOB", " b0b "}) {
        const auto refused = change(other);
        ASSERT_FALSE(refused.has_value()) << other;
        EXPECT_EQ(refused.error().code, ErrorCode::AlreadyExists);
    }
    EXPECT_RESULT(change("ALICE")); // their own
    EXPECT_RESULT(change("Bob's friend"));
}

TEST_P(ProfilesTest, PeopleAreBlockedByIdOrNameOnceAndNotThemselves)
{
    made("carol");
    EXPECT_RESULT(await(profiles().block(m_alice, "Carol", kNow)));
    EXPECT_RESULT(await(profiles().block(m_alice, m_bob, kNow)));
    EXPECT_RESULT(await(profiles().block(m_alice, "bob", kNow + 1s)));
    EXPECT_THAT(blockedByAlice(), ElementsAre("bob", "carol"));
    EXPECT_THAT(*await(profiles().blocked(m_bob)), IsEmpty());
    EXPECT_EQ(await(profiles().block(m_alice, "alice", kNow)).error().code, ErrorCode::FailedPrecondition);
    EXPECT_EQ(await(profiles().block(m_alice, "nobody", kNow)).error().code, ErrorCode::NotFound);
    EXPECT_RESULT(await(profiles().unblock(m_alice, "bob")));
    EXPECT_RESULT(await(profiles().unblock(m_alice, "bob")));
    EXPECT_THAT(blockedByAlice(), ElementsAre("carol"));
    const auto isBlocked = m_store->readNow<bool>([&](store::Transaction &tx) { return store::isBlocked(tx, m_alice, m_bob); });
    ASSERT_RESULT(isBlocked);
    EXPECT_FALSE(*isBlocked);
}

INSTANTIATE_TEST_SUITE_P(Engines, ProfilesTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::accounts
