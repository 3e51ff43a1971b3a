#include "accounts/second_factor.h"

#include <algorithm>

namespace matinee::accounts {

namespace {

using store::Transaction;

Error isOver()
{
    return fail(ErrorCode::FailedPrecondition, "This sign-in took longer than five minutes, or was tried too often. Begin it anew.",
                "challenge_id");
}

Error notRight(Factor factor)
{
    switch (factor) {
    case Factor::RecoveryCode:
        return fail(ErrorCode::Unauthenticated, "This recovery code is not right, or was used already.", "recovery_code");
    case Factor::Passkey:
        return fail(ErrorCode::Unauthenticated, "The passkey was not accepted. Try again.", "credential_json");
    case Factor::MailCode:
        return fail(ErrorCode::Unauthenticated,
                    "This code is not right, was used already, or was tried too often. Look at the newest letter, or ask for another code.",
                    "mail_code");
    default:
        return fail(ErrorCode::Unauthenticated, "This code is not right, or was used already. Wait for the next one.", "totp_code");
    }
}

/// Nothing unless there is exactly one.
std::optional<Factor> factorOf(const SecondFactor::Proof &proof)
{
    const int given = (proof.totpCode.empty() ? 0 : 1) + (proof.recoveryCode.empty() ? 0 : 1) + (proof.passkeyJson.empty() ? 0 : 1) +
                      (proof.mailCode.empty() ? 0 : 1);
    if (given != 1)
        return std::nullopt;
    if (!proof.totpCode.empty())
        return Factor::Totp;
    if (!proof.mailCode.empty())
        return Factor::MailCode;
    return proof.recoveryCode.empty() ? Factor::Passkey : Factor::RecoveryCode;
}

} // namespace

SecondFactor::SecondFactor(store::Store &store, Sessions &sessions, Passkeys &passkeys, OneTimeCodes &codes, observe::Metrics *metrics,
                           MailCodes *mailCodes)
    : m_store(store), m_sessions(sessions), m_passkeys(passkeys), m_codes(codes), m_mailCodes(mailCodes)
{
    for (const Factor factor : {Factor::Passkey, Factor::Totp, Factor::MailCode, Factor::RecoveryCode}) {
        const auto counter = [&](const char *outcome) {
            return metrics ? metrics->counter("matinee_second_factors_total", "Second steps of sign-ins, by factor and what came of them",
                                              {{"factor", std::string(factorName(factor))}, {"outcome", outcome}})
                           : observe::Counter();
        };
        m_counters[factor] = {counter("right"), counter("wrong")};
    }
}

Task<Result<std::string>> SecondFactor::beginPasskey(std::string challengeId, SystemTime now)
{
    const Bytes challenge = Passkeys::newChallenge();
    const auto userId = m_sessions.challenges().setPasskeyChallenge(challengeId, challenge, now);
    if (!userId)
        co_return Result<std::string>(isOver());
    using Rows = std::vector<store::PasskeyRow>;
    std::function<Result<Rows>(Transaction &)> job = [userId = *userId](Transaction &tx) { return store::listPasskeysOfUser(tx, userId); };
    const auto rows = co_await m_store.read<Rows>(std::move(job));
    if (!rows)
        co_return Result<std::string>(rows.error());
    // The password was the one factor: that somebody touches the key is enough for the other.
    std::string options = m_passkeys.optionsFor(*rows, challenge, UserVerification::Preferred);
    if (options.empty())
        co_return Result<std::string>(isOver());
    co_return Result<std::string>(std::move(options));
}

Task<Result<MailCodes::Sent>> SecondFactor::sendMailCode(std::string challengeId, SystemTime now)
{
    const auto userId = m_sessions.challenges().userOf(challengeId, Factor::MailCode, now);
    if (!userId || !m_mailCodes)
        co_return Result<MailCodes::Sent>(isOver());
    co_return co_await m_mailCodes->send(*userId, MailCodes::Purpose::SignIn, now);
}

Task<Result<Sessions::Begun>> SecondFactor::finishWith(Factor factor, SecondFactorChallenge challenge, Proof proof, SessionOrigin origin,
                                                       SystemTime now)
{
    std::optional<PasskeyProof> passkey;
    if (factor == Factor::Passkey) {
        if (challenge.passkeyChallenge.empty())
            co_return Result<Sessions::Begun>(notRight(factor));
        auto verified = co_await m_passkeys.verify(proof.passkeyJson, challenge.passkeyChallenge, challenge.userId, false, now);
        if (!verified)
            co_return Result<Sessions::Begun>(verified.error());
        passkey = std::move(*verified);
    }
    if (factor == Factor::MailCode) {
        if (!m_mailCodes)
            co_return Result<Sessions::Begun>(notRight(factor));
        const auto counted = co_await m_mailCodes->attempt(challenge.userId, MailCodes::Purpose::SignIn, now);
        if (!counted)
            co_return Result<Sessions::Begun>(counted.error());
        if (!*counted)
            co_return Result<Sessions::Begun>(notRight(factor));
    }
    origin.method = challenge.method + "+" + std::string(factorName(factor));
    origin.hasSecondFactor = true;
    std::function<Result<Sessions::Begun>(Transaction &)> job = [this, factor, challenge, proof, passkey, origin,
                                                                 now](Transaction &tx) -> Result<Sessions::Begun> {
        const auto user = store::findUser(tx, challenge.userId);
        if (!user)
            return user.error();
        if (!*user || (*user)->passwordRecord != challenge.passwordRecord)
            return isOver();
        if (passkey) {
            if (auto r = Passkeys::useIn(tx, *passkey, now); !r)
                return r.error();
        } else {
            const auto used = factor == Factor::Totp ? m_codes.useTotpIn(tx, challenge.userId, proof.totpCode, now)
                              : factor == Factor::MailCode
                                  ? m_mailCodes->useIn(tx, challenge.userId, MailCodes::Purpose::SignIn, proof.mailCode, now)
                                  : OneTimeCodes::useRecoveryCodeIn(tx, challenge.userId, proof.recoveryCode);
            if (!used)
                return used.error();
            if (!*used)
                return notRight(factor);
        }
        return m_sessions.beginIn(tx, **user, origin, now);
    };
    co_return co_await m_store.write<Sessions::Begun>(std::move(job));
}

Task<Result<SignInOutcome>> SecondFactor::finish(std::string challengeId, Proof proof, SessionOrigin origin, SystemTime now)
{
    const auto factor = factorOf(proof);
    if (!factor)
        co_return Result<SignInOutcome>(
            fail(ErrorCode::InvalidArgument, "Give one of totp_code, recovery_code, mail_code and credential_json, and only one."));
    const auto challenge = m_sessions.challenges().attempt(challengeId, now);
    if (!challenge)
        co_return Result<SignInOutcome>(isOver());
    if (std::find(challenge->kinds.begin(), challenge->kinds.end(), *factor) == challenge->kinds.end())
        co_return Result<SignInOutcome>(notRight(*factor));
    const bool isCode = *factor != Factor::Passkey; // signatures are not guessed
    if (isCode)
        if (auto refused = m_codes.guessRefused(challenge->userId, origin.address, now))
            co_return Result<SignInOutcome>(std::move(*refused));
    if (origin.note)
        origin.note->subject = challenge->userName;
    auto &[right, wrong] = m_counters.at(*factor);
    auto begun = co_await finishWith(*factor, *challenge, std::move(proof), origin, now);
    if (!begun) {
        if (begun.error().code == ErrorCode::Unauthenticated)
            wrong.add();
        co_return Result<SignInOutcome>(begun.error());
    }
    m_sessions.challenges().finish(challengeId, now);
    if (isCode)
        m_codes.guessSucceeded(challenge->userId, origin.address);
    m_sessions.announceEnd(begun->ended, SessionEnd::TooMany, now);
    right.add();
    co_return Result<SignInOutcome>(std::move(begun->outcome));
}

} // namespace matinee::accounts
