#include "accounts/step_up.h"

#include "accounts/session_freshness.h"

namespace matinee::accounts {

namespace {

using store::Transaction;

Error isOver()
{
    return fail(ErrorCode::FailedPrecondition, "This took longer than five minutes. Begin it anew.", "step_up_id");
}

Error notRight()
{
    return fail(ErrorCode::PermissionDenied, "This is not right, was used already, or took too long. Try again.");
}

/// Nothing may be proved in a session that has ended.
Result<void> proveIn(Transaction &tx, const Person &person, SystemTime now)
{
    const auto proved = store::proveSession(tx, person.sessionId, person.userId, now);
    if (!proved)
        return proved.error();
    if (!*proved)
        return fail(ErrorCode::Unauthenticated, "This sign-in is no longer good. Sign in again.");
    return {};
}

} // namespace

StepUp::StepUp(store::Store &store, Passwords &passwords, Passkeys &passkeys, OneTimeCodes &codes, const FactorPolicy &policy,
               observe::Metrics *metrics, MailCodes *mailCodes)
    : m_store(store), m_passwords(passwords), m_passkeys(passkeys), m_codes(codes), m_policy(policy), m_mailCodes(mailCodes)
{
    if (!metrics)
        return;
    const auto counter = [&](const char *outcome) {
        return metrics->counter("matinee_step_ups_total", "People who proved once more who they are, by what came of it",
                                {{"outcome", outcome}});
    };
    m_right = counter("right");
    m_wrong = counter("wrong");
}

Task<Result<StepUp::Begun>> StepUp::begin(Person person, std::string ke1, std::string address, SystemTime now)
{
    struct Known
    {
        OwnFactors own;
        std::vector<store::PasskeyRow> passkeys;
    };
    std::function<Result<Known>(Transaction &)> job = [this, userId = person.userId](Transaction &tx) -> Result<Known> {
        const auto user = store::findUser(tx, userId);
        if (!user)
            return user.error();
        if (!*user)
            return fail(ErrorCode::NotFound, "This account is gone.");
        auto own = ownFactors(tx, **user, m_policy);
        if (!own)
            return own.error();
        auto passkeys = store::listPasskeysOfUser(tx, userId);
        if (!passkeys)
            return passkeys.error();
        return Known{*own, std::move(*passkeys)};
    };
    const auto known = co_await m_store.read<Known>(std::move(job));
    if (!known)
        co_return Result<Begun>(known.error());

    Asked asked;
    asked.userId = person.userId;
    asked.sessionId = person.sessionId;
    Begun begun;
    begun.kinds = known->own.proofs();
    if (!ke1.empty()) {
        auto proof = co_await m_passwords.beginProof(person, std::move(ke1), std::move(address), now);
        if (!proof)
            co_return Result<Begun>(proof.error());
        begun.ke2 = std::move(proof->ke2);
        asked.passwordProofId = std::move(proof->id);
    }
    asked.passkeyChallenge = Passkeys::newChallenge();
    begun.passkeyJson = m_passkeys.optionsFor(known->passkeys, asked.passkeyChallenge, UserVerification::Required);
    const std::lock_guard lock(m_mutex);
    begun.id = m_pending.add(std::move(asked), now);
    co_return Result<Begun>(std::move(begun));
}

Task<Result<MailCodes::Sent>> StepUp::sendMailCode(Person person, std::string id, SystemTime now)
{
    bool isTheirs = false;
    {
        const std::lock_guard lock(m_mutex);
        const Asked *found = m_pending.find(id, now);
        isTheirs = found && found->userId == person.userId && found->sessionId == person.sessionId;
    }
    if (!isTheirs || !m_mailCodes)
        co_return Result<MailCodes::Sent>(isOver());
    co_return co_await m_mailCodes->send(person.userId, MailCodes::Purpose::StepUp, now);
}

Task<Result<void>> StepUp::checked(Person person, Asked asked, Proof proof, std::string address, SystemTime now)
{
    std::optional<PasskeyProof> passkey;
    if (!proof.ke3.empty()) {
        const auto right = co_await m_passwords.finishProof(person, asked.passwordProofId, std::move(proof.ke3), now);
        if (!right)
            co_return right;
    } else if (!proof.passkeyJson.empty()) {
        if (asked.passkeyChallenge.empty())
            co_return Result<void>(notRight());
        auto verified = co_await m_passkeys.verify(std::move(proof.passkeyJson), asked.passkeyChallenge, person.userId, true, now);
        if (!verified && verified.error().code == ErrorCode::Unauthenticated)
            co_return Result<void>(notRight());
        if (!verified)
            co_return Result<void>(verified.error());
        passkey = std::move(*verified);
    } else if (auto refused = m_codes.guessRefused(person.userId, address, now)) {
        co_return Result<void>(std::move(*refused));
    } else if (!proof.mailCode.empty()) {
        if (!m_mailCodes)
            co_return Result<void>(notRight());
        const auto counted = co_await m_mailCodes->attempt(person.userId, MailCodes::Purpose::StepUp, now);
        if (!counted)
            co_return Result<void>(counted.error());
        if (!*counted)
            co_return Result<void>(notRight());
    }
    std::function<Result<bool>(Transaction &)> job = [this, person, passkey, code = proof.totpCode, mailCode = proof.mailCode,
                                                      now](Transaction &tx) -> Result<bool> {
        if (passkey)
            if (auto r = Passkeys::useIn(tx, *passkey, now); !r)
                return r.error().code == ErrorCode::Unauthenticated ? notRight() : r.error();
        if (!code.empty()) {
            const auto used = m_codes.useTotpIn(tx, person.userId, code, now);
            if (!used)
                return used.error();
            if (!*used)
                return notRight();
        }
        if (!mailCode.empty()) {
            const auto used = m_mailCodes->useIn(tx, person.userId, MailCodes::Purpose::StepUp, mailCode, now);
            if (!used)
                return used.error();
            if (!*used)
                return notRight();
        }
        if (auto r = proveIn(tx, person, now); !r)
            return r.error();
        return true;
    };
    const auto proved = co_await m_store.write<bool>(std::move(job));
    if (!proved)
        co_return Result<void>(proved.error());
    if (!proof.totpCode.empty() || !proof.mailCode.empty())
        m_codes.guessSucceeded(person.userId, address);
    co_return Result<void>();
}

Task<Result<void>> StepUp::finish(Person person, std::string id, Proof proof, std::string address, SystemTime now)
{
    const int given = (proof.ke3.empty() ? 0 : 1) + (proof.totpCode.empty() ? 0 : 1) + (proof.passkeyJson.empty() ? 0 : 1) +
                      (proof.mailCode.empty() ? 0 : 1);
    if (given != 1)
        co_return Result<void>(
            fail(ErrorCode::InvalidArgument, "Give one of ke3, totp_code, mail_code and credential_json, and only one."));
    std::optional<Asked> asked;
    {
        const std::lock_guard lock(m_mutex);
        Asked *found = m_pending.find(id, now);
        if (found && found->userId == person.userId && found->sessionId == person.sessionId) {
            asked = *found;
            if (!proof.passkeyJson.empty())
                found->passkeyChallenge.clear();
        }
    }
    if (!asked)
        co_return Result<void>(isOver());
    const auto done = co_await checked(person, std::move(*asked), std::move(proof), std::move(address), now);
    if (!done) {
        if (done.error().code == ErrorCode::PermissionDenied)
            m_wrong.add();
        co_return done;
    }
    m_right.add();
    const std::lock_guard lock(m_mutex);
    (void)m_pending.take(id, now);
    co_return done;
}

Task<Result<bool>> StepUp::isFresh(std::string userId, std::string sessionId, SystemTime now)
{
    std::function<Result<bool>(Transaction &)> job = [userId, sessionId, now](Transaction &tx) {
        return isSessionFresh(tx, userId, sessionId, now);
    };
    co_return co_await m_store.read<bool>(std::move(job));
}

} // namespace matinee::accounts
