#include "accounts/mail_codes.h"

#include "accounts/secrets.h"
#include "store/mail_addresses.h"
#include "store/mail_codes.h"

#include <sodium.h>

namespace matinee::accounts {

namespace {

using store::Transaction;

constexpr std::chrono::hours kWindow{1};
constexpr std::size_t kDigits = 6;

std::string placeOf(const std::string &userId)
{
    return "mail_code:" + userId;
}

std::string nameOf(MailCodes::Purpose purpose)
{
    return purpose == MailCodes::Purpose::SignIn ? "sign_in" : "step_up";
}

/// Each of the million as likely as the others.
std::string newCode()
{
    std::string code = std::to_string(randombytes_uniform(1'000'000));
    return std::string(kDigits - code.size(), '0') + code;
}

/// As people type it: "123 456".
std::string digitsOf(const std::string &typed)
{
    std::string digits;
    for (const char c : typed.substr(0, 32))
        if (c != ' ')
            digits += c;
    return digits;
}

} // namespace

MailCodes::MailCodes(store::Store &store, const Letters &letters, SecretSeal seal, const FactorPolicy &policy)
    : m_store(store), m_letters(letters), m_seal(std::move(seal)), m_policy(policy)
{
}

Task<Result<MailCodes::Sent>> MailCodes::send(std::string userId, Purpose purpose, SystemTime now)
{
    if (auto able = m_letters.ready(); !able)
        co_return Result<Sent>(able.error());
    std::function<Result<Sent>(Transaction &)> job = [this, userId, purpose, now](Transaction &tx) {
        return sendIn(tx, userId, purpose, now);
    };
    co_return co_await m_store.write<Sent>(std::move(job));
}

Result<MailCodes::Sent> MailCodes::sendIn(Transaction &tx, const std::string &userId, Purpose purpose, SystemTime now) const
{
    const auto user = store::lockUser(tx, userId);
    if (!user)
        return user.error();
    const auto own = *user ? ownFactors(tx, **user, m_policy) : Result<OwnFactors>(OwnFactors());
    if (!own)
        return own.error();
    if (!own->hasMailCode)
        return fail(ErrorCode::FailedPrecondition, "This account has no codes by mail.");
    const auto mayAsk = store::spendMailRequest(tx, userId, "code", kMostLetters, now - kWindow, now);
    if (!mayAsk)
        return mayAsk.error();
    if (!*mayAsk) {
        Error error = fail(ErrorCode::RateLimited, "Too many codes were asked for. Use the newest one, or wait an hour.");
        error.retryAfter = kWindow;
        return error;
    }
    const std::string code = newCode();
    auto sealed = m_seal.seal(code, placeOf(userId));
    if (!sealed)
        return sealed.error();
    const Letters::Reader reader{own->mailAddress, (*user)->language, (*user)->name};
    if (auto r = m_letters.code(tx, reader, code, kLifetime, now); !r)
        return r.error();
    if (auto r = store::putMailCode(tx, {userId, nameOf(purpose), std::move(*sealed), now + kLifetime}); !r)
        return r.error();
    return Sent{veiledAddress(own->mailAddress)};
}

Task<Result<bool>> MailCodes::attempt(std::string userId, Purpose purpose, SystemTime now)
{
    std::function<Result<bool>(Transaction &)> job = [userId, purpose, now](Transaction &tx) {
        return store::countMailCodeAttempt(tx, userId, nameOf(purpose), kMostAttempts, now);
    };
    co_return co_await m_store.write<bool>(std::move(job));
}

Result<bool> MailCodes::useIn(Transaction &tx, const std::string &userId, Purpose purpose, const std::string &code, SystemTime now) const
{
    const auto row = store::findMailCode(tx, userId, nameOf(purpose), now);
    if (!row)
        return row.error();
    if (!*row)
        return false;
    const auto opened = m_seal.open((*row)->sealedCode, placeOf(userId));
    if (!opened)
        return fail(
            ErrorCode::FailedPrecondition,
            "The code cannot be checked: security.credential_encryption_key is not the one with which it was sent. Ask for another.");
    if (!equalSecrets(*opened, digitsOf(code)))
        return false;
    return store::useMailCode(tx, **row); // false where another one was quicker
}

} // namespace matinee::accounts
