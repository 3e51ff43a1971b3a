// Proving the password of one's own account once more, within a session.
#include "accounts/password_records.h"
#include "accounts/passwords.h"

namespace matinee::accounts {

namespace {

using store::Transaction;
using store::UserRow;

Error malformed(const char *field, const char *what)
{
    return fail(ErrorCode::InvalidArgument, std::string("This is no ") + what + " of RFC 9807.", field);
}

Error notRight()
{
    return fail(ErrorCode::PermissionDenied, "The password is not right, or it took too long. Try again.");
}

} // namespace

Task<Result<Passwords::SignInBegun>> Passwords::beginProof(Person person, std::string ke1, std::string address, SystemTime now)
{
    if (!opaque::LoginRequest::parse(opaqueBytes(ke1)))
        co_return Result<SignInBegun>(malformed("ke1", "KE1"));
    std::function<Result<std::optional<UserRow>>(Transaction &)> job = [userId = person.userId](Transaction &tx) {
        return store::findUser(tx, userId);
    };
    auto user = co_await m_store.read<std::optional<UserRow>>(std::move(job));
    if (!user)
        co_return Result<SignInBegun>(user.error());
    if (!*user || !(*user)->passwordRecord)
        co_return Result<SignInBegun>(fail(ErrorCode::FailedPrecondition, "This account has no password.", "ke1"));
    Asked asked;
    asked.userId = person.userId;
    asked.sessionId = person.sessionId;
    asked.record = (*user)->passwordRecord;
    asked.guess = {(*user)->nameKey, address};
    if (auto refused = guessRefused(asked.guess, now))
        co_return Result<SignInBegun>(std::move(*refused));
    const auto credential = credentialFor(m_setup, (*user)->nameKey, asked.userId, asked.record);
    auto answer = opaque::respondToLogin(m_setup, credential, opaqueBytes(ke1));
    if (!answer)
        co_return Result<SignInBegun>(malformed("ke1", "KE1"));
    asked.login.emplace(std::move(answer->login));
    SignInBegun begun;
    begun.ke2 = textOfMessage(answer->response);
    const std::lock_guard lock(m_mutex);
    begun.id = m_proofs.add(std::move(asked), now);
    co_return Result<SignInBegun>(std::move(begun));
}

Task<Result<void>> Passwords::finishProof(Person person, std::string id, std::string ke3, SystemTime now)
{
    if (ke3.size() != opaque::LoginFinish::kSize)
        co_return Result<void>(malformed("ke3", "KE3"));
    auto asked = taken(m_proofs, id, now);
    const bool isTheirs = asked && asked->userId == person.userId && asked->sessionId == person.sessionId;
    const bool isRight = isTheirs && std::move(*asked->login).finish(opaqueBytes(ke3)).has_value();
    if (!isRight)
        co_return Result<void>(notRight());
    std::function<Result<std::optional<UserRow>>(Transaction &)> job = [userId = person.userId](Transaction &tx) {
        return store::findUser(tx, userId);
    };
    const auto user = co_await m_store.read<std::optional<UserRow>>(std::move(job));
    if (!user)
        co_return Result<void>(user.error());
    if (!*user || (*user)->passwordRecord != asked->record) // changed since it was asked for
        co_return Result<void>(notRight());
    const std::lock_guard lock(m_mutex);
    m_guard.succeeded(asked->guess);
    co_return Result<void>();
}

} // namespace matinee::accounts
