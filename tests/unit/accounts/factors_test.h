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

std::string jsonOf(const RegistrationResponse &response);
std::string jsonOf(const AssertionResponse &response);
/// Of the options that the page is given.
Bytes challengeOf(const std::string &optionsJson);

Authenticator authenticator(std::uint8_t number);

class FactorsTest : public AccountsTest
{
protected:
    void SetUp() override;
    /// The process ends, and another begins over the same database, with the policy of now.
    void serve();
    void makeCodes(GuessGuard &guard);
    /// No encryption; that a text belongs to one place holds.
    static SecretSeal seal();

    Result<Passkeys::Added> addPasskey(const Person &person, const Authenticator &device, SystemTime now = kNow, std::string name = "");
    static std::string answerOf(const Authenticator &device, const std::string &optionsJson, const std::string &userId);
    Result<SignInOutcome> signInByPasskey(const Authenticator &device, const std::string &userId, SystemTime now = kNow);
    struct App
    {
        Bytes secret;
        std::vector<std::string> recoveryCodes;
        [[nodiscard]] std::string code(SystemTime now) const { return totpCode(secret, totpStep(now)); }
    };
    /// Its first code is of `now`, and used.
    App addApp(const Person &person, SystemTime now = kNow);
    /// A right password, for an account that has a second factor.
    std::string challengeFor(const std::string &name, SystemTime now = kNow);
    Result<SignInOutcome> finish(const std::string &challengeId, SecondFactor::Proof proof, SystemTime now = kNow)
    {
        return await(m_secondFactor->finish(challengeId, std::move(proof), {"Firefox on Linux", "192.0.2.1"}, now));
    }
    static SecondFactor::Proof byCode(std::string code) { return {std::move(code), {}, {}}; }
    static SecondFactor::Proof byRecoveryCode(std::string code) { return {{}, std::move(code), {}}; }
    static SecondFactor::Proof byPasskey(std::string json) { return {{}, {}, std::move(json)}; }

    OwnFactors own(const std::string &userId);
    void forgetPassword(const std::string &userId);
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
