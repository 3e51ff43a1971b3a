#include "accounts/one_time_codes.h"

#include "accounts/wire/base32.h"
#include "accounts/wire/otpauth_address.h"
#include "accounts/wire/recovery_codes.h"
#include "accounts/wire/totp.h"
#include "store/recovery.h"
#include "store/totp.h"

#include <sodium.h>

namespace matinee::accounts {

namespace {

using store::Transaction;
using store::UserRow;
using Codes = std::vector<std::string>;

std::string placeOf(const std::string &userId)
{
    return "totp:" + userId;
}

Guess guessOf(const std::string &userId, const std::string &address)
{
    return {userId, address};
}

Error accountGone()
{
    return fail(ErrorCode::NotFound, "This account is gone.");
}

Error hasOneAlready()
{
    return fail(ErrorCode::FailedPrecondition, "This account has an authenticator app already. Remove it first.");
}

Error setupOver()
{
    return fail(ErrorCode::FailedPrecondition, "Setting up the app took longer than ten minutes, or is done already. Begin anew.",
                "totp_id");
}

} // namespace

OneTimeCodes::OneTimeCodes(store::Store &store, Sessions &sessions, SecretSeal seal, GuessGuard &guard, const FactorPolicy &policy,
                           std::string issuer, observe::Metrics *metrics)
    : m_store(store), m_sessions(sessions), m_seal(std::move(seal)), m_policy(policy), m_issuer(std::move(issuer)), m_guard(guard)
{
    if (metrics)
        m_limited =
            metrics->counter("matinee_one_time_codes_limited_total", "One-time and recovery codes that were refused unread, after too "
                                                                     "many wrong ones");
}

Task<Result<OneTimeCodes::Begun>> OneTimeCodes::beginTotp(Person person, SystemTime now)
{
    std::function<Result<bool>(Transaction &)> job = [userId = person.userId](Transaction &tx) -> Result<bool> {
        const auto totp = store::findTotp(tx, userId);
        if (!totp)
            return totp.error();
        return totp->has_value();
    };
    const auto hasOne = co_await m_store.read<bool>(std::move(job));
    if (!hasOne)
        co_return Result<Begun>(hasOne.error());
    if (*hasOne)
        co_return Result<Begun>(hasOneAlready());
    Bytes secret(kTotpSecretBytes);
    randombytes_buf(secret.data(), secret.size());
    Begun begun;
    begun.secret = base32(secret);
    begun.address = otpauthAddress(m_issuer, person.name, secret);
    const std::lock_guard lock(m_mutex);
    begun.id = m_setups.add({person.userId, person.sessionId, begun.secret}, now);
    co_return Result<Begun>(std::move(begun));
}

Task<Result<Codes>> OneTimeCodes::finishTotp(Person person, std::string id, std::string code, SystemTime now)
{
    std::optional<Setup> setup;
    {
        const std::lock_guard lock(m_mutex);
        const Setup *found = m_setups.find(id, now);
        if (found && found->userId == person.userId && found->sessionId == person.sessionId)
            setup = *found;
    }
    if (!setup)
        co_return Result<Codes>(setupOver());
    const auto secret = fromBase32(setup->secret);
    const auto step = secret ? verifyTotp(*secret, code, now, std::nullopt) : std::nullopt;
    if (!step)
        co_return Result<Codes>(fail(ErrorCode::InvalidArgument,
                                     "This is not the code that the app shows now. Check that the clock of the device is right.", "code"));
    auto sealed = m_seal.seal(setup->secret, placeOf(person.userId));
    if (!sealed)
        co_return Result<Codes>(sealed.error());

    const store::TotpRow row{person.userId, std::move(*sealed), *step, now};
    std::function<Result<Codes>(Transaction &)> job = [this, row, now](Transaction &tx) -> Result<Codes> {
        const auto user = store::lockUser(tx, row.userId);
        if (!user)
            return user.error();
        if (!*user)
            return accountGone();
        const auto before = ownFactors(tx, **user, m_policy);
        if (!before)
            return before.error();
        if (before->hasTotp)
            return hasOneAlready();
        if (auto r = store::insertTotp(tx, row); !r)
            return r.error();
        if (before->hasStrong())
            return Codes();
        return giveRecoveryCodes(tx, row.userId, now);
    };
    auto codes = co_await m_store.write<Codes>(std::move(job));
    if (!codes) {
        m_sessions.writeFailed(codes.error());
        co_return codes;
    }
    {
        const std::lock_guard lock(m_mutex);
        (void)m_setups.take(id, now);
    }
    if (person.mustAddFactor)
        m_sessions.userChanged(person.userId); // may do more from now on
    co_return codes;
}

Task<Result<void>> OneTimeCodes::removeTotp(Person person)
{
    std::function<Result<bool>(Transaction &)> job = [this, userId = person.userId](Transaction &tx) -> Result<bool> {
        const auto user = store::lockUser(tx, userId);
        if (!user)
            return user.error();
        if (!*user)
            return accountGone();
        const auto deleted = store::deleteTotp(tx, userId);
        if (!deleted)
            return deleted.error();
        if (!*deleted)
            return fail(ErrorCode::NotFound, "This account has no authenticator app.");
        const auto left = ownFactors(tx, **user, m_policy);
        if (!left)
            return left.error();
        if (auto r = checkSecondFactorStays(*left, **user, m_policy); !r)
            return r.error();
        if (!left->hasSecond())
            if (auto r = store::deleteRecoveryCodes(tx, userId); !r)
                return r.error();
        return true;
    };
    const auto removed = co_await m_store.write<bool>(std::move(job));
    if (!removed)
        co_return Result<void>(removed.error());
    co_return Result<void>();
}

Task<Result<Codes>> OneTimeCodes::makeRecoveryCodes(Person person, SystemTime now)
{
    std::function<Result<Codes>(Transaction &)> job = [this, userId = person.userId, now](Transaction &tx) -> Result<Codes> {
        const auto user = store::lockUser(tx, userId);
        if (!user)
            return user.error();
        if (!*user)
            return accountGone();
        const auto own = ownFactors(tx, **user, m_policy);
        if (!own)
            return own.error();
        if (!own->hasSecond())
            return fail(
                ErrorCode::FailedPrecondition,
                "Recovery codes stand in for a second factor, and this account has none. Add a passkey or an authenticator app first.");
        return giveRecoveryCodes(tx, userId, now);
    };
    co_return co_await m_store.write<Codes>(std::move(job));
}

std::optional<Error> OneTimeCodes::guessRefused(const std::string &userId, const std::string &address, SystemTime now)
{
    std::optional<std::chrono::seconds> wait;
    {
        const std::lock_guard lock(m_mutex);
        wait = m_guard.begin(guessOf(userId, address), now);
    }
    if (!wait)
        return std::nullopt;
    m_limited.add();
    Error error = fail(ErrorCode::RateLimited, "There were too many wrong codes. Wait before you try again.");
    error.retryAfter = *wait;
    return error;
}

void OneTimeCodes::guessSucceeded(const std::string &userId, const std::string &address)
{
    const std::lock_guard lock(m_mutex);
    m_guard.succeeded(guessOf(userId, address));
}

Result<bool> OneTimeCodes::useTotpIn(Transaction &tx, const std::string &userId, const std::string &code, SystemTime now) const
{
    const auto totp = store::findTotp(tx, userId);
    if (!totp)
        return totp.error();
    if (!*totp)
        return false;
    const auto opened = m_seal.open((*totp)->sealedSecret, placeOf(userId));
    const auto secret = opened ? fromBase32(*opened) : std::nullopt;
    if (!secret)
        return fail(
            ErrorCode::FailedPrecondition,
            "Codes of the app cannot be checked: security.credential_encryption_key is not the one with which it was set up. Who runs "
            "the server brings that key back; a recovery code works meanwhile.");
    const auto step = verifyTotp(*secret, code, now, (*totp)->newestStep);
    if (!step)
        return false;
    return store::useTotpStep(tx, userId, *step); // false where another one was quicker
}

Result<bool> OneTimeCodes::useRecoveryCodeIn(Transaction &tx, const std::string &userId, const std::string &code)
{
    const auto hashes = store::listRecoveryCodes(tx, userId);
    if (!hashes)
        return hashes.error();
    const auto found = findRecoveryCode(*hashes, code, userId);
    if (!found)
        return false;
    return store::useRecoveryCode(tx, userId, (*hashes)[*found]);
}

} // namespace matinee::accounts
