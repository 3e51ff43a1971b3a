// A server's accounts over an empty database, and a client that signs up and in.
#pragma once

#include "accounts/invitations.h"
#include "accounts/passwords.h"
#include "accounts/people.h"
#include "accounts/setup_token.h"
#include "accounts/sign_up.h"
#include "tests/support/database_test.h"

#include "common/opaque/client.h"

#include <gmock/gmock.h>

namespace matinee::accounts {

using namespace std::chrono_literals;

inline const SystemTime kNow = SystemTime(1'790'000'000s);

inline std::string messageText(std::span<const std::uint8_t> bytes)
{
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}
inline opaque::Bytes passwordOf(const std::string &text)
{
    return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

class AccountsTest : public test::OnEachEngine
{
protected:
    inline static const Actor kKey{Role::Root, {}}; // an API key of scope admin

    void SetUp() override;
    void TearDown() override { m_store->close(); }
    /// The process ends, and another begins over the same database.
    void restart();

    template <class T> static T await(Task<T> task) { return test::await(std::move(task)); }

    /// Both halves, with a client.
    Result<SignUps::Finished> signUp(const std::string &name, const std::string &password, const std::string &link = {},
                                     SystemTime now = kNow);
    Result<SignInOutcome> signIn(const std::string &name, const std::string &password, SystemTime now = kNow,
                                 const std::string &address = "192.0.2.1");
    Result<void> changePassword(const Person &person, const std::string &from, const std::string &to, SystemTime now = kNow);
    /// Hides nothing, but opens in its own place only.
    static SecretSeal placeSeal();
    /// The token of an invitation by that person.
    std::string invited(const Actor &actor, Invitations::Wish wish = Invitations::Wish(), SystemTime now = kNow);
    /// An account with the password "secret of NAME", signed in.
    SignInOutcome made(const std::string &name, Role role = Role::User);
    Result<Person> verify(const SignInOutcome &outcome, SystemTime now = kNow)
    {
        return await(m_sessions->verify(outcome.session->access, now));
    }
    Result<SignInOutcome> refresh(const std::string &token, SystemTime now)
    {
        return await(m_sessions->refresh(token, "198.51.100.7", "r1", now));
    }
    std::size_t sessionsOf(const std::string &userId, SystemTime now = kNow) { return await(m_sessions->list(userId, now))->size(); }

    inline static const opaque::KeyStretching kFast = opaque::KeyStretching::identity();
    const opaque::ServerSetup m_setup = serverSetupOf(std::string(64, '1'));
    std::atomic<SignUpMode> m_mode{SignUpMode::Open};
    FactorPolicy m_factors{"example.org", {}};
    std::unique_ptr<store::Store> m_store;
    std::unique_ptr<LocalGuessGuard> m_guard;
    std::unique_ptr<Sessions> m_sessions;
    std::unique_ptr<Passwords> m_passwords;
    std::unique_ptr<SignUps> m_signUps;
    std::unique_ptr<People> m_people;
    std::unique_ptr<Invitations> m_invitations;
};

template <class T> testing::AssertionResult refusedWith(const Result<T> &result, ErrorCode expected)
{
    if (result)
        return testing::AssertionFailure() << "it was not refused";
    if (result.error().code != expected)
        return testing::AssertionFailure() << codeName(result.error().code) << ": " << result.error().message;
    return testing::AssertionSuccess();
}
/// EXPECT_REFUSED(r, ErrorCode::NotFound)
#define EXPECT_REFUSED(result, expected) EXPECT_TRUE(refusedWith((result), (expected)))

} // namespace matinee::accounts
