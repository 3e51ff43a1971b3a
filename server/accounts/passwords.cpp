#include "accounts/passwords.h"

#include "accounts/password_records.h"
#include "accounts/session_freshness.h"
#include "accounts/user_names.h"
#include "store/even_lookup.h"
#include "store/links.h"

namespace matinee::accounts {

namespace {

using store::Transaction;
using store::UserRow;

constexpr std::size_t kMostNoted = 128; // bytes of a name, in the audit log

Error wrongPassword()
{
    return fail(ErrorCode::Unauthenticated, "The name or the password is not right, or the sign-in took too long. Try again.");
}

Error wrongFormerPassword()
{
    return fail(ErrorCode::PermissionDenied, "The current password is not right, or the change took too long. Try again.");
}

Error malformed(const char *field, const char *what)
{
    return fail(ErrorCode::InvalidArgument, std::string("This is no ") + what + " of RFC 9807.", field);
}

} // namespace

Passwords::Passwords(store::Store &store, const opaque::ServerSetup &setup, GuessGuard &guard, Sessions &sessions,
                     observe::Metrics *metrics)
    : m_store(store), m_setup(setup), m_sessions(sessions), m_guard(guard)
{
    if (!metrics)
        return;
    const auto counter = [&](const char *outcome) {
        return metrics->counter("matinee_sign_ins_total", "Sign-ins of people, by method and what came of them",
                                {{"method", "password"}, {"outcome", outcome}});
    };
    m_signedIn = counter("signed_in");
    m_rejected = counter("rejected");
    m_limited = counter("limited");
    m_banned = counter("banned");
    m_waiting = counter("waiting");
    m_secondFactor = counter("second_factor");
    m_changed = metrics->counter("matinee_password_changes_total", "Passwords changed by their owners");
}

std::optional<Error> Passwords::guessRefused(const Guess &guess, SystemTime now)
{
    std::optional<std::chrono::seconds> wait;
    {
        const std::lock_guard lock(m_mutex);
        wait = m_guard.begin(guess, now);
    }
    if (!wait)
        return std::nullopt;
    m_limited.add();
    Error error =
        fail(ErrorCode::RateLimited, "There were too many attempts with this name or from this address. Wait before you try again.");
    error.retryAfter = *wait;
    return error;
}

std::optional<Passwords::Asked> Passwords::taken(Pending<Asked> &from, const std::string &id, SystemTime now)
{
    const std::lock_guard lock(m_mutex);
    return from.take(id, now);
}

Task<Result<Passwords::SignInBegun>> Passwords::beginSignIn(std::string name, std::string ke1, std::string address, SystemTime now)
{
    if (!opaque::LoginRequest::parse(opaqueBytes(ke1)))
        co_return Result<SignInBegun>(malformed("ke1", "KE1"));
    Asked asked;
    const std::string nameKey = userNameKey(name);
    asked.name = name.substr(0, kMostNoted);
    asked.guess = {nameKey, address};
    if (auto refused = guessRefused(asked.guess, now))
        co_return Result<SignInBegun>(std::move(*refused));
    std::function<Result<std::optional<UserRow>>(Transaction &)> job = [nameKey](Transaction &tx) {
        return store::findUserEvenly(tx, nameKey);
    };
    auto user = co_await m_store.read<std::optional<UserRow>>(std::move(job));
    if (!user)
        co_return Result<SignInBegun>(user.error());
    if (*user) {
        asked.userId = (*user)->id;
        asked.record = (*user)->passwordRecord;
    }
    const auto credential = credentialFor(m_setup, nameKey, asked.userId, asked.record);
    auto answer = opaque::respondToLogin(m_setup, credential, opaqueBytes(ke1));
    if (!answer)
        co_return Result<SignInBegun>(malformed("ke1", "KE1"));
    asked.login.emplace(std::move(answer->login));
    SignInBegun begun;
    begun.ke2 = textOfMessage(answer->response);
    const std::lock_guard lock(m_mutex);
    begun.id = m_signIns.add(std::move(asked), now);
    co_return Result<SignInBegun>(std::move(begun));
}

Task<Result<SignInOutcome>> Passwords::finishSignIn(std::string id, std::string ke3, SessionOrigin origin, SystemTime now)
{
    if (ke3.size() != opaque::LoginFinish::kSize)
        co_return Result<SignInOutcome>(malformed("ke3", "KE3"));
    auto asked = taken(m_signIns, id, now);
    if (asked && origin.note)
        origin.note->subject = asked->name;
    const bool isRight = asked && std::move(*asked->login).finish(opaqueBytes(ke3)).has_value();
    if (!isRight) {
        m_rejected.add();
        co_return Result<SignInOutcome>(wrongPassword());
    }
    origin.method = "password";
    std::function<Result<Sessions::Begun>(Transaction &)> job = [this, userId = asked->userId, record = asked->record, origin,
                                                                 now](Transaction &tx) -> Result<Sessions::Begun> {
        const auto user = store::findUser(tx, userId);
        if (!user)
            return user.error();
        if (!*user || (*user)->passwordRecord != record) // gone, or changed since it was asked for
            return wrongPassword();
        return m_sessions.beginIn(tx, **user, origin, now);
    };
    auto begun = co_await m_store.write<Sessions::Begun>(std::move(job));
    if (!begun) {
        if (begun.error().code == ErrorCode::PermissionDenied)
            m_banned.add();
        if (begun.error().code == ErrorCode::Unauthenticated)
            m_rejected.add();
        co_return Result<SignInOutcome>(begun.error());
    }
    {
        const std::lock_guard lock(m_mutex);
        m_guard.succeeded(asked->guess);
    }
    m_sessions.announceEnd(begun->ended, SessionEnd::TooMany, now);
    (begun->outcome.session ? m_signedIn : begun->outcome.secondFactor ? m_secondFactor : m_waiting).add();
    co_return Result<SignInOutcome>(std::move(begun->outcome));
}

Task<Result<Passwords::ChangeBegun>> Passwords::beginChange(Person person, std::string ke1, std::string registrationRequest,
                                                            std::string address, SystemTime now)
{
    const auto response = opaque::respondToRegistration(m_setup, opaqueBytes(registrationRequest), opaqueBytes(person.userId));
    if (!response)
        co_return Result<ChangeBegun>(malformed("registration_request", "RegistrationRequest"));
    std::function<Result<std::optional<UserRow>>(Transaction &)> job = [userId = person.userId, sessionId = person.sessionId,
                                                                        now](Transaction &tx) -> Result<std::optional<UserRow>> {
        auto found = store::findUser(tx, userId);
        if (!found || !*found || (*found)->passwordRecord)
            return found;
        // There is no former password to prove: who has found the device open could make the account theirs.
        const auto isFresh = isSessionFresh(tx, userId, sessionId, now);
        if (!isFresh)
            return isFresh.error();
        if (!*isFresh)
            return fail(ErrorCode::StepUpRequired, "Prove once more who you are before you set a password.");
        return found;
    };
    auto user = co_await m_store.read<std::optional<UserRow>>(std::move(job));
    if (!user)
        co_return Result<ChangeBegun>(user.error());
    if (!*user)
        co_return Result<ChangeBegun>(fail(ErrorCode::NotFound, "This account is gone."));

    Asked asked;
    asked.userId = person.userId;
    asked.sessionId = person.sessionId;
    asked.record = (*user)->passwordRecord;
    asked.guess = {(*user)->nameKey, address};
    ChangeBegun begun;
    begun.registrationResponse = textOfMessage(*response);
    if (asked.record) {
        if (!opaque::LoginRequest::parse(opaqueBytes(ke1)))
            co_return Result<ChangeBegun>(malformed("ke1", "KE1 with the current password"));
        if (auto refused = guessRefused(asked.guess, now))
            co_return Result<ChangeBegun>(std::move(*refused));
        const auto credential = credentialFor(m_setup, (*user)->nameKey, asked.userId, asked.record);
        auto answer = opaque::respondToLogin(m_setup, credential, opaqueBytes(ke1));
        if (!answer)
            co_return Result<ChangeBegun>(malformed("ke1", "KE1 with the current password"));
        asked.login.emplace(std::move(answer->login));
        begun.ke2 = textOfMessage(answer->response);
    }
    const std::lock_guard lock(m_mutex);
    begun.id = m_changes.add(std::move(asked), now);
    co_return Result<ChangeBegun>(std::move(begun));
}

Task<Result<void>> Passwords::finishChange(Person person, std::string id, std::string ke3, std::string registrationRecord, SystemTime now)
{
    const auto record = recordText(registrationRecord);
    if (!record)
        co_return Result<void>(malformed("registration_record", "RegistrationRecord"));
    auto asked = taken(m_changes, id, now);
    const bool isTheirs = asked && asked->userId == person.userId && asked->sessionId == person.sessionId;
    const bool isRight = isTheirs && (!asked->login || std::move(*asked->login).finish(opaqueBytes(ke3)).has_value());
    if (!isRight)
        co_return Result<void>(wrongFormerPassword());

    using Ended = std::vector<std::string>;
    std::function<Result<Ended>(Transaction &)> job = [asked = std::make_pair(asked->userId, asked->record), sessionId = person.sessionId,
                                                       record = *record, now](Transaction &tx) -> Result<Ended> {
        const auto &[userId, former] = asked;
        const auto user = store::findUser(tx, userId);
        if (!user)
            return user.error();
        if (!*user || (*user)->passwordRecord != former)
            return wrongFormerPassword();
        if (auto r = store::updateUserPassword(tx, userId, record, now); !r)
            return r.error();
        if (auto r = store::deleteLinksOfUser(tx, userId, "password"); !r)
            return r.error();
        return store::deleteSessionsOfUser(tx, userId, sessionId);
    };
    const auto ended = co_await m_store.write<Ended>(std::move(job));
    if (!ended) {
        m_sessions.writeFailed(ended.error());
        co_return Result<void>(ended.error());
    }
    {
        const std::lock_guard lock(m_mutex);
        if (asked->login)
            m_guard.succeeded(asked->guess);
    }
    m_sessions.announceEnd(*ended, SessionEnd::Password, now);
    m_changed.add();
    co_return Result<void>();
}

} // namespace matinee::accounts
