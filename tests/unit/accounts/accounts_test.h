// A server's accounts over an empty database, and a client that signs up and in.
#pragma once

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

    void SetUp() override
    {
        OnEachEngine::SetUp();
        m_store = openStore();
        restart();
    }
    void TearDown() override { m_store->close(); }
    /// The process ends, and another begins over the same database.
    void restart()
    {
        m_people.reset();
        m_signUps.reset();
        m_passwords.reset();
        m_guard = std::make_unique<LocalGuessGuard>();
        m_sessions = std::make_unique<Sessions>(*m_store, std::string(64, 'a'), nullptr, m_factors);
        m_passwords = std::make_unique<Passwords>(*m_store, m_setup, *m_guard, *m_sessions, nullptr);
        m_signUps = std::make_unique<SignUps>(
            *m_store, m_setup, *m_sessions, [this] { return m_mode.load(); }, nullptr);
        m_people = std::make_unique<People>(*m_store, *m_sessions);
    }

    template <class T> static T await(Task<T> task) { return test::await(std::move(task)); }

    /// Both halves, with a client.
    Result<SignUps::Finished> signUp(const std::string &name, const std::string &password, const std::string &link = {},
                                     SystemTime now = kNow)
    {
        auto client = opaque::ClientRegistration::start(passwordOf(password));
        auto begun = await(m_signUps->begin(name, messageText(client->request()), link, now));
        if (!begun)
            return begun.error();
        auto registered = std::move(*client).finish(passwordOf(password), passwordOf(begun->registrationResponse), kFast);
        if (!registered)
            return fail(ErrorCode::Internal, "the client does not like the response");
        return await(m_signUps->finish(begun->id, messageText(registered->record), "", {"Firefox on Linux", "192.0.2.1"}, now));
    }
    Result<SignInOutcome> signIn(const std::string &name, const std::string &password, SystemTime now = kNow,
                                 const std::string &address = "192.0.2.1")
    {
        auto client = opaque::ClientLogin::start(passwordOf(password));
        auto begun = await(m_passwords->beginSignIn(name, messageText(client->request()), address, now));
        if (!begun)
            return begun.error();
        auto loggedIn = std::move(*client).finish(passwordOf(password), passwordOf(begun->ke2), kFast);
        if (!loggedIn) // the client knows; the server is asked all the same
            return await(m_passwords->finishSignIn(begun->id, std::string(64, 'x'), {"Firefox on Linux", address}, now));
        return await(m_passwords->finishSignIn(begun->id, messageText(loggedIn->finish), {"Firefox on Linux", address}, now));
    }
    Result<void> changePassword(const Person &person, const std::string &from, const std::string &to, SystemTime now = kNow)
    {
        auto login = opaque::ClientLogin::start(passwordOf(from));
        auto registration = opaque::ClientRegistration::start(passwordOf(to));
        auto begun = await(m_passwords->beginChange(person, from.empty() ? "" : messageText(login->request()),
                                                    messageText(registration->request()), "192.0.2.1", now));
        if (!begun)
            return begun.error();
        std::string ke3;
        if (!begun->ke2.empty()) {
            auto loggedIn = std::move(*login).finish(passwordOf(from), passwordOf(begun->ke2), kFast);
            ke3 = loggedIn ? messageText(loggedIn->finish) : std::string(64, 'x');
        }
        auto registered = std::move(*registration).finish(passwordOf(to), passwordOf(begun->registrationResponse), kFast);
        return await(m_passwords->finishChange(person, begun->id, ke3, messageText(registered->record), now));
    }
    /// An account with the password "secret of NAME", signed in.
    SignInOutcome made(const std::string &name, Role role = Role::User)
    {
        const auto created = await(m_people->create(name, std::string(roleName(role)), kKey, kNow));
        EXPECT_RESULT(created);
        auto finished = signUp("", "secret of " + name, created->link.token);
        EXPECT_RESULT(finished);
        return finished->outcome;
    }
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
