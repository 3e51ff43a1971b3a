#include "tests/unit/accounts/accounts_test.h"

namespace matinee::accounts {

void AccountsTest::SetUp()
{
    OnEachEngine::SetUp();
    m_store = openStore();
    restart();
}

void AccountsTest::restart()
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
    m_invitations = std::make_unique<Invitations>(*m_store, placeSeal());
}

Result<SignUps::Finished> AccountsTest::signUp(const std::string &name, const std::string &password, const std::string &link,
                                               SystemTime now)
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

Result<SignInOutcome> AccountsTest::signIn(const std::string &name, const std::string &password, SystemTime now, const std::string &address)
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

Result<void> AccountsTest::changePassword(const Person &person, const std::string &from, const std::string &to, SystemTime now)
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

SecretSeal AccountsTest::placeSeal()
{
    return {
        [](std::string_view text, std::string_view place) -> Result<std::string> { return std::string(place) + "|" + std::string(text); },
        [](std::string_view sealed, std::string_view place) -> Result<std::string> {
            if (!sealed.starts_with(std::string(place) + "|"))
                return fail(ErrorCode::FailedPrecondition, "sealed for another place");
            return std::string(sealed.substr(place.size() + 1));
        }};
}

std::string AccountsTest::invited(const Actor &actor, Invitations::Wish wish, SystemTime now)
{
    const auto made = await(m_invitations->create(std::move(wish), actor, now));
    EXPECT_RESULT(made);
    return made ? made->token : std::string();
}

SignInOutcome AccountsTest::made(const std::string &name, Role role)
{
    const auto created = await(m_people->create(name, std::string(roleName(role)), kKey, kNow));
    EXPECT_RESULT(created);
    auto finished = signUp("", "secret of " + name, created->link.token);
    EXPECT_RESULT(finished);
    return finished->outcome;
}

} // namespace matinee::accounts
