#include "accounts/direct_sign_in.h"

#include "accounts_test.h"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <future>
#include <thread>

namespace matinee::accounts {
namespace {

using testing::HasSubstr;

class DirectSignInTest : public AccountsTest
{
protected:
    void SetUp() override
    {
        AccountsTest::SetUp();
        m_direct = std::make_unique<DirectSignIn>(*m_passwords, kFast);
    }
    void TearDown() override
    {
        m_direct.reset();
        AccountsTest::TearDown();
    }
    Result<SignInOutcome> direct(const std::string &name, const std::string &password, SystemTime now = kNow,
                                 const std::string &address = "192.0.2.1")
    {
        return await(m_direct->signIn(name, password, {"a script", address}, now));
    }
    std::unique_ptr<DirectSignIn> m_direct;
};

TEST_P(DirectSignInTest, ThePasswordOfAnAccountSignsInByTheSameRecord)
{
    ASSERT_RESULT(signUp("alice", "correct horse battery"));
    const auto outcome = direct("Alice", "correct horse battery");
    ASSERT_RESULT(outcome);
    ASSERT_TRUE(outcome->session);
    EXPECT_RESULT(verify(*outcome));
    EXPECT_EQ(outcome->user.name, "alice");
}

TEST_P(DirectSignInTest, APasswordIsTheSameHoweverItsLettersArePutTogether)
{
    ASSERT_RESULT(signUp("alice", "caf\u00e9 au lait")); // NFC, as clients send it
    EXPECT_RESULT(direct("alice", "cafe\u0301 au lait"));
}

TEST_P(DirectSignInTest, AWrongPasswordAndANameThatNobodyHasHearTheSame)
{
    ASSERT_RESULT(signUp("alice", "correct horse battery"));
    const auto wrong = direct("alice", "something else");
    const auto nobody = direct("bob", "something else");
    ASSERT_FALSE(wrong.has_value());
    ASSERT_FALSE(nobody.has_value());
    EXPECT_EQ(wrong.error().code, ErrorCode::Unauthenticated);
    EXPECT_EQ(wrong.error().code, nobody.error().code);
    EXPECT_EQ(wrong.error().message, nobody.error().message);
}

TEST_P(DirectSignInTest, EachCallIsAGuessForBothWays)
{
    ASSERT_RESULT(signUp("alice", "correct horse battery"));
    for (int i = 0; i < 3; ++i)
        EXPECT_REFUSED(direct("alice", "wrong"), ErrorCode::Unauthenticated);
    for (int i = 0; i < 2; ++i)
        EXPECT_REFUSED(signIn("alice", "wrong"), ErrorCode::Unauthenticated);
    const auto limited = direct("alice", "correct horse battery");
    ASSERT_FALSE(limited.has_value());
    EXPECT_EQ(limited.error().code, ErrorCode::RateLimited);
    EXPECT_EQ(limited.error().retryAfter, 60s);
    EXPECT_REFUSED(signIn("alice", "correct horse battery"), ErrorCode::RateLimited);
    // A name that nobody has just so.
    for (int i = 0; i < 5; ++i)
        EXPECT_REFUSED(direct("nobody", "wrong", kNow, "198.51.100.1"), ErrorCode::Unauthenticated);
    EXPECT_REFUSED(direct("nobody", "wrong", kNow, "198.51.100.1"), ErrorCode::RateLimited);
}

TEST_P(DirectSignInTest, ABanIsToldToWhoKnowsThePassword)
{
    const auto alice = signUp("alice", "correct horse battery");
    ASSERT_RESULT(alice);
    ASSERT_RESULT(await(m_people->ban("alice", {}, "spam", kKey, kNow)));
    const auto refused = direct("alice", "correct horse battery");
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::PermissionDenied);
    EXPECT_THAT(refused.error().message, HasSubstr("spam"));
    EXPECT_REFUSED(direct("alice", "wrong"), ErrorCode::Unauthenticated);
}

TEST_P(DirectSignInTest, WhatCanBeNobodysPasswordIsSaidSo)
{
    for (const std::string &password : {std::string(), std::string(1025, 'a'), std::string("\xff\xfe")}) {
        const auto refused = direct("alice", password);
        ASSERT_FALSE(refused.has_value());
        EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument);
        EXPECT_EQ(refused.error().field, "password");
    }
}

TEST_P(DirectSignInTest, TheStretchingIsThatOfTheClients)
{
    // Registered with a cost, so that a call without it is wrong, and one with it is right.
    const opaque::KeyStretching costly = opaque::KeyStretching::argon2id(1, 64);
    auto client = opaque::ClientRegistration::start(passwordOf("correct horse battery"));
    auto begun = await(m_signUps->begin("alice", messageText(client->request()), "", kNow));
    ASSERT_RESULT(begun);
    auto registered = std::move(*client).finish(passwordOf("correct horse battery"), passwordOf(begun->registrationResponse), costly);
    ASSERT_TRUE(registered);
    ASSERT_RESULT(await(m_signUps->finish(begun->id, messageText(registered->record), "", {"x", "192.0.2.1"}, kNow)));
    EXPECT_REFUSED(direct("alice", "correct horse battery"), ErrorCode::Unauthenticated);
    m_direct = std::make_unique<DirectSignIn>(*m_passwords, costly);
    EXPECT_RESULT(direct("alice", "correct horse battery"));
}

TEST_P(DirectSignInTest, WhereTooManyAreAtItOthersAreSentAwayWithoutAGuess)
{
    ASSERT_RESULT(signUp("alice", "correct horse battery"));
    m_direct = std::make_unique<DirectSignIn>(*m_passwords, kFast, 1, 0); // no place at all
    for (int i = 0; i < 20; ++i) {
        const auto refused = direct("alice", "wrong");
        ASSERT_FALSE(refused.has_value());
        EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
        EXPECT_GT(refused.error().retryAfter, 0s);
    }
    m_direct = std::make_unique<DirectSignIn>(*m_passwords, kFast);
    EXPECT_RESULT(direct("alice", "correct horse battery"));
}

INSTANTIATE_TEST_SUITE_P(Engines, DirectSignInTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

TEST(StretchThreads, AFewRunAtOnceSomeWaitAndTheRestIsRefused)
{
    StretchThreads threads(2, 3);
    std::promise<void> open;
    const std::shared_future<void> gate = open.get_future().share();
    std::atomic<int> running{0}, most{0}, done{0}, refused{0};
    const auto job = [&, gate] {
        const int now = ++running;
        int before = most.load();
        while (before < now && !most.compare_exchange_weak(before, now)) {
        }
        gate.wait();
        --running;
    };
    asio::io_context context;
    const auto one = [&]() -> Task<void> {
        std::function<void()> work = job;
        const bool isDone = co_await threads.run(std::move(work));
        ++(isDone ? done : refused);
    };
    // Two at work first, so that three places are free for certain.
    for (int i = 0; i < 2; ++i)
        asio::co_spawn(context, one, asio::detached);
    context.poll();
    while (running.load() < 2)
        std::this_thread::yield();
    for (int i = 0; i < 8; ++i)
        asio::co_spawn(context, one, asio::detached);
    context.poll();
    EXPECT_TRUE(threads.isFull());
    open.set_value();
    context.run();
    EXPECT_EQ(done.load(), 5);
    EXPECT_EQ(refused.load(), 5);
    EXPECT_EQ(most.load(), 2);
    EXPECT_FALSE(threads.isFull());
}

} // namespace
} // namespace matinee::accounts
