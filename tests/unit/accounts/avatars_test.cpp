#include "accounts/avatars.h"
#include "tests/unit/accounts/accounts_test.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>

#include <future>
#include <thread>

namespace matinee::accounts {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class AvatarsTest : public AccountsTest
{
protected:
    void SetUp() override
    {
        AccountsTest::SetUp();
        m_alice = made("alice", "user");
    }
    std::string made(const std::string &name, const std::string &role)
    {
        const auto created = await(m_people->create(name, role, kKey, kNow));
        EXPECT_RESULT(created);
        return created ? created->user.id : "";
    }
    /// Whose process makes "(FILE)" of a file, but of "bad".
    static Task<Result<std::string>> portray(std::string file)
    {
        if (file == "bad")
            co_return Result<std::string>(fail(ErrorCode::InvalidArgument, "The PNG is damaged.", "image"));
        co_return Result<std::string>("(" + file + std::string(1, '\0') + "\xff)"); // bytes, not text
    }
    Result<std::string> set(const std::string &file) { return await(m_avatars->set(m_alice, file, m_note, kNow)); }
    std::string shown(const std::string &id)
    {
        const auto found = await(m_avatars->find(id));
        EXPECT_RESULT(found);
        return found && *found ? (*found)->jpeg : "none";
    }
    std::string pathByUser()
    {
        const auto user = await(m_people->find("alice"));
        EXPECT_RESULT(user);
        return avatarPath(user->id, user->avatarTag);
    }
    template <class T> static std::string code(const Result<T> &result)
    {
        return result ? "done" : std::to_string(static_cast<int>(result.error().code)) + " " + result.error().field;
    }

    std::string m_alice;
    std::shared_ptr<AuditNote> m_note = std::make_shared<AuditNote>();
    std::unique_ptr<Avatars> m_avatars;
    void begin(Avatars::Portrayer portrayer = portray) { m_avatars = std::make_unique<Avatars>(*m_store, std::move(portrayer)); }
};

TEST_P(AvatarsTest, AreKeptByteByByteAndNamedByWhatTheyAre)
{
    begin();
    EXPECT_EQ(shown(m_alice), "none");
    EXPECT_EQ(pathByUser(), "");
    const auto first = set("one");
    ASSERT_RESULT(first);
    EXPECT_THAT(*first, StartsWith("/avatars/" + m_alice + ".jpg?v="));
    EXPECT_EQ(shown(m_alice), std::string("(one\0\xff)", 7));
    EXPECT_EQ(pathByUser(), *first);
    EXPECT_EQ(m_note->before, R"({"avatar":""})");
    EXPECT_THAT(m_note->after, HasSubstr(*first));

    const auto second = set("two");
    ASSERT_RESULT(second);
    EXPECT_NE(*second, *first);
    EXPECT_THAT(m_note->before, HasSubstr(*first));
    EXPECT_EQ(*set("one"), *first);
    EXPECT_EQ(*set("one"), *first);
    EXPECT_EQ(shown("ubob"), "none");
}

TEST_P(AvatarsTest, AreInTheListOfPeople)
{
    begin();
    (void)made("bob", "user");
    const auto path = set("one");
    ASSERT_RESULT(path);
    const auto page = await(m_people->list({"", "", 10, ""}, kNow));
    ASSERT_RESULT(page);
    ASSERT_EQ(page->users.size(), 2U);
    EXPECT_EQ(avatarPath(page->users[0].id, page->users[0].avatarTag), *path);
    EXPECT_EQ(page->users[1].avatarTag, "");
}

TEST_P(AvatarsTest, ABadOneLeavesTheOneThatIsThere)
{
    begin();
    const auto path = set("one");
    ASSERT_RESULT(path);
    const auto bad = set("bad");
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().message, "The PNG is damaged.");
    for (const auto &file : {std::string(), std::string(Avatars::kMostBytes + 1, 'x')}) {
        const auto refused = set(file);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument);
        EXPECT_EQ(refused.error().field, "image");
    }
    EXPECT_EQ(pathByUser(), *path);
    EXPECT_RESULT(set(std::string(Avatars::kMostBytes, 'x')));
}

TEST_P(AvatarsTest, AreRemovedByTheirOwnerAndByThoseWhoMay)
{
    begin();
    ASSERT_RESULT(set("one"));
    EXPECT_EQ(*await(m_avatars->remove(m_alice, m_note)), "");
    EXPECT_EQ(m_note->after, R"({"avatar":""})");
    EXPECT_EQ(shown(m_alice), "none");
    EXPECT_EQ(*await(m_avatars->remove(m_alice, nullptr)), "") << "once more makes no difference";

    ASSERT_RESULT(set("one"));
    const auto refused = await(m_avatars->removeOf("alice", {Role::User, "ubob"}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::PermissionDenied);
    EXPECT_NE(shown(m_alice), "none");
    EXPECT_RESULT(await(m_avatars->removeOf("alice", {Role::Admin, "ueve"})));
    EXPECT_EQ(shown(m_alice), "none");
    const auto nobody = await(m_avatars->removeOf("nobody", kKey));
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().code, ErrorCode::NotFound);
}

TEST_P(AvatarsTest, OfAClosedAccountAreNotShownAndGoWithIt)
{
    begin();
    const auto path = set("one");
    ASSERT_RESULT(path);
    ASSERT_RESULT(await(m_people->close({Role::User, m_alice}, "alice", kNow)));
    EXPECT_EQ(shown(m_alice), "none");
    EXPECT_FALSE(set("two"));
    ASSERT_RESULT(await(m_people->restore("alice", kKey, kNow)));
    EXPECT_EQ(pathByUser(), *path);
    EXPECT_NE(shown(m_alice), "none");
    ASSERT_RESULT(await(m_people->close({Role::User, m_alice}, "alice", kNow)));
    EXPECT_EQ(*await(m_people->purge(kNow + std::chrono::hours(91 * 24))), 1U);
    const auto rows = m_store->readNow<std::size_t>([](store::Transaction &tx) -> Result<std::size_t> {
        const auto all = tx.query("SELECT user_id FROM avatars");
        return all ? Result<std::size_t>(all->size()) : Result<std::size_t>(all.error());
    });
    ASSERT_RESULT(rows);
    EXPECT_EQ(*rows, 0U);
}

TEST_P(AvatarsTest, WhatIsNoIdIsNotLookedFor)
{
    begin();
    for (const auto &id : {std::string(), std::string("../x"), std::string("a b"), std::string("a\0b", 3), std::string(65, 'u')})
        EXPECT_EQ(shown(id), "none");
}

TEST_P(AvatarsTest, MoreThanAFewAtATimeAreToldToComeBack)
{
    std::atomic<bool> held{true};
    std::atomic<int> entered{0};
    begin([&](std::string file) -> Task<Result<std::string>> {
        return [](std::string text, std::atomic<bool> &hold, std::atomic<int> &count) -> Task<Result<std::string>> {
            ++count;
            asio::steady_timer timer(co_await asio::this_coro::executor);
            while (hold) {
                timer.expires_after(std::chrono::milliseconds(2));
                (void)co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
            }
            co_return Result<std::string>(std::move(text));
        }(std::move(file), held, entered);
    });
    std::vector<std::future<Result<std::string>>> all;
    for (int i = 0; i < Avatars::kMostAtOnce; ++i)
        all.push_back(std::async(std::launch::async, [&] { return await(m_avatars->set(m_alice, "one", nullptr, kNow)); }));
    while (entered < Avatars::kMostAtOnce)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const auto refused = set("two");
    held = false;
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
    EXPECT_GT(refused.error().retryAfter.count(), 0);
    for (auto &one : all)
        EXPECT_RESULT(one.get());
    EXPECT_RESULT(set("two"));
}

INSTANTIATE_TEST_SUITE_P(Engines, AvatarsTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::accounts
