// Accounts with factors: an authenticator that makes passkeys, an app that shows codes, and a server that knows both.
#pragma once

#include "accounts/one_time_codes.h"
#include "accounts/passkeys.h"
#include "accounts/second_factor.h"
#include "accounts/step_up.h"
#include "accounts/wire/base32.h"
#include "accounts/wire/base64url.h"
#include "accounts/wire/totp.h"
#include "tests/unit/accounts/accounts_test.h"
#include "tests/unit/accounts/wire/authenticator.h"

#include <boost/json.hpp>

#include <thread>

namespace matinee::accounts {

/// Lets everybody guess: what holds then is the database.
class OpenGuard final : public GuessGuard
{
public:
    std::optional<std::chrono::seconds> begin(const Guess &, Time) override { return std::nullopt; }
    void succeeded(const Guess &) override {}
};

inline std::string jsonOf(const RegistrationResponse &response)
{
    const boost::json::object inner{{"clientDataJSON", base64url(response.clientData)},
                                    {"attestationObject", base64url(response.attestationObject)},
                                    {"transports", boost::json::array{"internal", "hybrid"}}};
    const std::string id = base64url(response.id);
    return boost::json::serialize(boost::json::object{{"id", id}, {"rawId", id}, {"type", "public-key"}, {"response", inner}});
}
inline std::string jsonOf(const AssertionResponse &response)
{
    boost::json::object inner{{"clientDataJSON", base64url(response.clientData)},
                              {"authenticatorData", base64url(response.authenticatorData)},
                              {"signature", base64url(response.signature)}};
    if (response.userHandle)
        inner["userHandle"] = base64url(*response.userHandle);
    const std::string id = base64url(response.id);
    return boost::json::serialize(boost::json::object{{"id", id}, {"rawId", id}, {"type", "public-key"}, {"response", inner}});
}
/// Of the options that the page is given.
inline Bytes challengeOf(const std::string &optionsJson)
{
    const auto options = boost::json::parse(optionsJson);
    const auto &text = options.at("challenge").as_string();
    return fromBase64url(std::string_view(text.data(), text.size())).value();
}

inline Authenticator authenticator(std::uint8_t number)
{
    Authenticator made;
    made.id = Bytes(16, number);
    made.key = *Key::p256Private(Bytes(32, number));
    return made;
}

class FactorsTest : public AccountsTest
{
protected:
    void SetUp() override
    {
        AccountsTest::SetUp();
        serve();
    }
    /// The process ends, and another begins over the same database, with the policy of now.
    void serve()
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
    void makeCodes(GuessGuard &guard)
    {
        m_stepUp.reset();
        m_secondFactor.reset();
        m_codes = std::make_unique<OneTimeCodes>(*m_store, *m_sessions, seal(), guard, m_factors, "Matinee", nullptr);
        m_secondFactor = std::make_unique<SecondFactor>(*m_store, *m_sessions, *m_passkeys, *m_codes, nullptr);
        m_stepUp = std::make_unique<StepUp>(*m_store, *m_passwords, *m_passkeys, *m_codes, m_factors, nullptr);
    }
    /// No encryption; that a text belongs to one place holds.
    static SecretSeal seal()
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

    Result<Passkeys::Added> addPasskey(const Person &person, const Authenticator &device, SystemTime now = kNow, std::string name = "")
    {
        const auto begun = await(m_passkeys->beginAdding(person, now));
        if (!begun)
            return begun.error();
        return await(m_passkeys->finishAdding(person, begun->id, jsonOf(device.create(challengeOf(begun->optionsJson))), name, now));
    }
    static std::string answerOf(const Authenticator &device, const std::string &optionsJson, const std::string &userId)
    {
        AssertionResponse response = device.get(challengeOf(optionsJson));
        response.userHandle = copyOf(bytesOf(userId));
        return jsonOf(response);
    }
    Result<SignInOutcome> signInByPasskey(const Authenticator &device, const std::string &userId, SystemTime now = kNow)
    {
        const auto begun = m_passkeys->beginSignIn(now);
        if (!begun)
            return begun.error();
        return await(
            m_passkeys->finishSignIn(begun->id, answerOf(device, begun->optionsJson, userId), {"Firefox on Linux", "192.0.2.1"}, now));
    }
    struct App
    {
        Bytes secret;
        std::vector<std::string> recoveryCodes;
        [[nodiscard]] std::string code(SystemTime now) const { return totpCode(secret, totpStep(now)); }
    };
    /// Its first code is of `now`, and used.
    App addApp(const Person &person, SystemTime now = kNow)
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
    /// A right password, for an account that has a second factor.
    std::string challengeFor(const std::string &name, SystemTime now = kNow)
    {
        const auto outcome = signIn(name, "secret of " + name, now);
        EXPECT_RESULT(outcome);
        EXPECT_FALSE(outcome->session);
        EXPECT_TRUE(outcome->secondFactor);
        return outcome->secondFactor ? outcome->secondFactor->challengeId : "";
    }
    Result<SignInOutcome> finish(const std::string &challengeId, SecondFactor::Proof proof, SystemTime now = kNow)
    {
        return await(m_secondFactor->finish(challengeId, std::move(proof), {"Firefox on Linux", "192.0.2.1"}, now));
    }
    static SecondFactor::Proof byCode(std::string code) { return {std::move(code), {}, {}}; }
    static SecondFactor::Proof byRecoveryCode(std::string code) { return {{}, std::move(code), {}}; }
    static SecondFactor::Proof byPasskey(std::string json) { return {{}, {}, std::move(json)}; }

    OwnFactors own(const std::string &userId)
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
    void forgetPassword(const std::string &userId)
    {
        const auto done = m_store->writeNow<int>([&](store::Transaction &tx) {
            return tx.execute("UPDATE users SET password_record = NULL WHERE id = ?", {QVariant(QString::fromStdString(userId))});
        });
        EXPECT_RESULT(done);
    }
    /// How many of them were let in.
    template <class Attempt> static int atOnce(int count, Attempt attempt)
    {
        std::atomic<int> right = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < count; ++i)
            threads.emplace_back([&, i] { right += attempt(i) ? 1 : 0; });
        for (std::thread &thread : threads)
            thread.join();
        return right;
    }

    std::unique_ptr<LocalGuessGuard> m_codeGuard;
    OpenGuard m_openGuard;
    std::unique_ptr<Passkeys> m_passkeys;
    std::unique_ptr<OneTimeCodes> m_codes;
    std::unique_ptr<SecondFactor> m_secondFactor;
    std::unique_ptr<StepUp> m_stepUp;
};

} // namespace matinee::accounts
