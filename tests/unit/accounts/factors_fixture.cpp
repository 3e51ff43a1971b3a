#include "tests/unit/accounts/factors_test.h"

namespace matinee::accounts {

std::string jsonOf(const RegistrationResponse &response)
{
    const boost::json::object inner{{"clientDataJSON", base64url(response.clientData)},
                                    {"attestationObject", base64url(response.attestationObject)},
                                    {"transports", boost::json::array{"internal", "hybrid"}}};
    const std::string id = base64url(response.id);
    return boost::json::serialize(boost::json::object{{"id", id}, {"rawId", id}, {"type", "public-key"}, {"response", inner}});
}

std::string jsonOf(const AssertionResponse &response)
{
    boost::json::object inner{{"clientDataJSON", base64url(response.clientData)},
                              {"authenticatorData", base64url(response.authenticatorData)},
                              {"signature", base64url(response.signature)}};
    if (response.userHandle)
        inner["userHandle"] = base64url(*response.userHandle);
    const std::string id = base64url(response.id);
    return boost::json::serialize(boost::json::object{{"id", id}, {"rawId", id}, {"type", "public-key"}, {"response", inner}});
}

Bytes challengeOf(const std::string &optionsJson)
{
    const auto options = boost::json::parse(optionsJson);
    const auto &text = options.at("challenge").as_string();
    return fromBase64url(std::string_view(text.data(), text.size())).value();
}

Authenticator authenticator(std::uint8_t number)
{
    Authenticator made;
    made.id = Bytes(16, number);
    made.key = *Key::p256Private(Bytes(32, number));
    return made;
}

void FactorsTest::SetUp()
{
    AccountsTest::SetUp();
    serve();
}

void FactorsTest::serve()
{
    m_stepUp.reset();
    m_secondFactor.reset();
    m_codes.reset();
    m_passkeys.reset();
    restart();
    RelyingParty party;
    party.id = m_factors.rpId();
    party.origins = {"https://example.org"};
    party.name = "Matinee";
    m_codeGuard = std::make_unique<LocalGuessGuard>();
    m_passkeys = std::make_unique<Passkeys>(*m_store, *m_sessions, party, m_factors, nullptr);
    makeCodes(*m_codeGuard);
}

void FactorsTest::makeCodes(GuessGuard &guard)
{
    m_stepUp.reset();
    m_secondFactor.reset();
    m_codes = std::make_unique<OneTimeCodes>(*m_store, *m_sessions, seal(), guard, m_factors, "Matinee", nullptr);
    m_secondFactor = std::make_unique<SecondFactor>(*m_store, *m_sessions, *m_passkeys, *m_codes, nullptr);
    m_stepUp = std::make_unique<StepUp>(*m_store, *m_passwords, *m_passkeys, *m_codes, m_factors, nullptr);
}

SecretSeal FactorsTest::seal()
{
    return {[](std::string_view text, std::string_view place) -> Result<std::string> {
                return std::string(place) + "|" + std::string(text.rbegin(), text.rend());
            },
            [](std::string_view sealed, std::string_view place) -> Result<std::string> {
                if (!sealed.starts_with(std::string(place) + "|"))
                    return fail(ErrorCode::FailedPrecondition, "another key");
                const auto text = sealed.substr(place.size() + 1);
                return std::string(text.rbegin(), text.rend());
            }};
}

Result<Passkeys::Added> FactorsTest::addPasskey(const Person &person, const Authenticator &device, SystemTime now, std::string name)
{
    const auto begun = await(m_passkeys->beginAdding(person, now));
    if (!begun)
        return begun.error();
    return await(m_passkeys->finishAdding(person, begun->id, jsonOf(device.create(challengeOf(begun->optionsJson))), name, now));
}

std::string FactorsTest::answerOf(const Authenticator &device, const std::string &optionsJson, const std::string &userId)
{
    AssertionResponse response = device.get(challengeOf(optionsJson));
    response.userHandle = copyOf(bytesOf(userId));
    return jsonOf(response);
}

Result<SignInOutcome> FactorsTest::signInByPasskey(const Authenticator &device, const std::string &userId, SystemTime now)
{
    const auto begun = m_passkeys->beginSignIn(now);
    if (!begun)
        return begun.error();
    return await(m_passkeys->finishSignIn(begun->id, answerOf(device, begun->optionsJson, userId), {"Firefox on Linux", "192.0.2.1"}, now));
}

FactorsTest::App FactorsTest::addApp(const Person &person, SystemTime now)
{
    const auto begun = await(m_codes->beginTotp(person, now));
    EXPECT_RESULT(begun);
    App app;
    app.secret = fromBase32(begun->secret).value();
    const auto finished = await(m_codes->finishTotp(person, begun->id, app.code(now), now));
    EXPECT_RESULT(finished);
    app.recoveryCodes = *finished;
    return app;
}

std::string FactorsTest::challengeFor(const std::string &name, SystemTime now)
{
    const auto outcome = signIn(name, "secret of " + name, now);
    EXPECT_RESULT(outcome);
    EXPECT_FALSE(outcome->session);
    EXPECT_TRUE(outcome->secondFactor);
    return outcome->secondFactor ? outcome->secondFactor->challengeId : "";
}

OwnFactors FactorsTest::own(const std::string &userId)
{
    const auto found = m_store->readNow<OwnFactors>([&](store::Transaction &tx) -> Result<OwnFactors> {
        const auto user = store::findUser(tx, userId);
        if (!user)
            return user.error();
        return ownFactors(tx, **user, m_factors);
    });
    EXPECT_RESULT(found);
    return *found;
}

void FactorsTest::forgetPassword(const std::string &userId)
{
    const auto done = m_store->writeNow<int>([&](store::Transaction &tx) {
        return tx.execute("UPDATE users SET password_record = NULL WHERE id = ?", {QVariant(QString::fromStdString(userId))});
    });
    EXPECT_RESULT(done);
}

} // namespace matinee::accounts
