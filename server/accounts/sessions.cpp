#include "accounts/sessions.h"

#include "accounts/session_renewal.h"
#include "observe/log.h"
#include "store/links.h"

#include <atomic>

namespace matinee::accounts {

namespace {

using store::SessionRow;
using store::Transaction;
using store::UserRow;

/// One sentence for all that is wrong with a token.
Error signInAgain()
{
    return fail(ErrorCode::Unauthenticated, "This sign-in is no longer good: it has ended or expired. Sign in again.");
}

} // namespace

Sessions::Sessions(store::Store &store, std::string_view jwtSecret, observe::Metrics *metrics, const FactorPolicy &factors)
    : m_store(store),
      m_factors(factors),
      m_refreshTokens(refreshKeyOf(jwtSecret)),
      m_accessTokens(std::make_shared<const AccessTokens>(accessKeysOf(jwtSecret)))
{
    constexpr SessionEnd all[] = {SessionEnd::SignedOut, SessionEnd::Revoked, SessionEnd::Banned, SessionEnd::Password,
                                  SessionEnd::Stolen,    SessionEnd::Expired, SessionEnd::TooMany};
    for (const SessionEnd why : all)
        m_ends[why] = metrics ? metrics->counter("matinee_sessions_ended_total", "Sessions of people that ended, by reason",
                                                 {{"reason", std::string(sessionEndName(why))}})
                              : observe::Counter();
    if (!metrics)
        return;
    const auto refreshes = [&](const char *outcome) {
        return metrics->counter("matinee_session_refreshes_total", "Refresh tokens presented, by what came of it", {{"outcome", outcome}});
    };
    m_rotated = refreshes("rotated");
    m_repeated = refreshes("repeated");
    m_refused = refreshes("refused");
    m_thefts = refreshes("stolen");
}

Task<Result<SignInOutcome>> Sessions::refresh(std::string refreshToken, std::string address, std::string requestId, SystemTime now)
{
    const auto token = m_refreshTokens.parse(refreshToken);
    if (!token) {
        m_refused.add();
        co_return Result<SignInOutcome>(signInAgain());
    }
    std::function<Result<Renewal>(Transaction &)> job = [this, token = *token, address, requestId, now](Transaction &tx) {
        return renewIn(tx, token, address, requestId, now);
    };
    auto renewal = co_await m_store.write<Renewal>(std::move(job));
    if (!renewal) {
        writeFailed(renewal.error());
        co_return Result<SignInOutcome>(renewal.error());
    }
    if (renewal->hasEnded) {
        const std::vector<std::string> ids{token->sessionId};
        announceEnd(ids, renewal->why, now);
    }
    if (renewal->verdict == RefreshVerdict::Rotate || renewal->verdict == RefreshVerdict::SameAgain) {
        (renewal->verdict == RefreshVerdict::Rotate ? m_rotated : m_repeated).add();
        co_return Result<SignInOutcome>(std::move(renewal->outcome));
    }
    if (renewal->verdict == RefreshVerdict::Stolen) {
        m_thefts.add();
        if (m_witness.stolen)
            m_witness.stolen(renewal->stolen, address, now);
        log::warn("accounts", "a refresh token was used a second time, from {}: its session has ended", address);
    } else {
        m_refused.add();
    }
    co_return Result<SignInOutcome>(signInAgain());
}

Task<Result<Person>> Sessions::verify(std::string accessToken, SystemTime now)
{
    const auto tokens = accessTokens();
    const auto claims = tokens->verify(accessToken, now);
    if (!claims)
        co_return Result<Person>(signInAgain());
    auto person = co_await personOf(claims->userId, claims->sessionId, now);
    if (person) {
        person->authenticatedAt = claims->authenticatedAt;
        person->expiresAt = claims->expiresAt;
    }
    co_return person;
}

Task<Result<Person>> Sessions::personOf(std::string userId, std::string sessionId, SystemTime now)
{
    SessionCache::Found found;
    std::uint64_t changes = 0;
    {
        const std::lock_guard lock(m_mutex);
        found = m_cache.find(sessionId, userId, now);
        changes = m_cache.changes();
    }
    if (found.answer == SessionCache::Answer::Ended)
        co_return Result<Person>(signInAgain());
    if (found.answer == SessionCache::Answer::Unknown) {
        std::function<Result<std::optional<KnownUser>>(Transaction &)> job = [this, sessionId, userId,
                                                                              now](Transaction &tx) -> Result<std::optional<KnownUser>> {
            const auto session = store::findSession(tx, sessionId);
            if (!session)
                return session.error();
            const auto user = store::findUser(tx, userId);
            if (!user)
                return user.error();
            const bool goesOn = *session && (*session)->userId == userId && now < (*session)->expiresAt && *user && maySignIn(**user, now);
            if (!goesOn)
                return std::optional<KnownUser>();
            KnownUser known{userId, (*user)->name, roleOf((*user)->role).value_or(Role::User)};
            if (m_factors.demandsTwo(known.role)) {
                const auto own = ownFactors(tx, **user, m_factors);
                if (!own)
                    return own.error();
                known.mustAddFactor = !own->hasSecond();
            }
            return std::optional<KnownUser>(std::move(known));
        };
        auto known = co_await m_store.read<std::optional<KnownUser>>(std::move(job));
        if (!known)
            co_return Result<Person>(known.error());
        const std::lock_guard lock(m_mutex);
        const bool hasEnded = !*known || m_cache.hasEnded(sessionId, now);
        if (hasEnded) {
            if (!*known)
                m_cache.end(sessionId, now);
            co_return Result<Person>(signInAgain());
        }
        m_cache.remember(sessionId, **known, changes);
        found.user = std::move(**known);
    }
    Person person;
    person.userId = std::move(userId);
    person.name = std::move(found.user.name);
    person.sessionId = std::move(sessionId);
    person.role = found.user.role;
    person.mustAddFactor = found.user.mustAddFactor;
    person.authenticatedAt = person.expiresAt = now;
    co_return Result<Person>(std::move(person));
}

Task<Result<std::vector<SessionRow>>> Sessions::list(std::string userId, SystemTime now)
{
    std::function<Result<std::vector<SessionRow>>(Transaction &)> job = [userId, now](Transaction &tx) {
        auto rows = store::listSessionsOfUser(tx, userId);
        if (rows)
            std::erase_if(*rows, [now](const SessionRow &row) { return row.expiresAt <= now; });
        return rows;
    };
    co_return co_await m_store.read<std::vector<SessionRow>>(std::move(job));
}

Task<Result<bool>> Sessions::revoke(std::string userId, std::string sessionId, SystemTime now, SessionEnd why)
{
    std::function<Result<bool>(Transaction &)> job = [userId, sessionId](Transaction &tx) {
        return store::deleteSession(tx, sessionId, userId);
    };
    const auto revoked = co_await m_store.write<bool>(std::move(job));
    const std::vector<std::string> ids{sessionId};
    if (revoked && *revoked)
        announceEnd(ids, why, now);
    else if (!revoked)
        writeFailed(revoked.error());
    co_return revoked;
}

Task<Result<std::uint32_t>> Sessions::revokeOthers(std::string userId, std::string keptId, SystemTime now, SessionEnd why)
{
    std::function<Result<std::vector<std::string>>(Transaction &)> job = [userId, keptId](Transaction &tx) {
        return store::deleteSessionsOfUser(tx, userId, keptId);
    };
    const auto ended = co_await m_store.write<std::vector<std::string>>(std::move(job));
    if (!ended) {
        writeFailed(ended.error());
        co_return Result<std::uint32_t>(ended.error());
    }
    announceEnd(*ended, why, now);
    co_return Result<std::uint32_t>(static_cast<std::uint32_t>(ended->size()));
}

Task<Result<std::uint32_t>> Sessions::sweep(SystemTime now)
{
    std::uint32_t swept = 0;
    for (;;) {
        std::function<Result<std::vector<std::string>>(Transaction &)> job = [now](Transaction &tx) -> Result<std::vector<std::string>> {
            if (auto r = store::deleteExpiredLinks(tx, now); !r)
                return r.error();
            return store::deleteExpiredSessions(tx, now);
        };
        const auto ended = co_await m_store.write<std::vector<std::string>>(std::move(job));
        if (!ended)
            co_return Result<std::uint32_t>(ended.error());
        announceEnd(*ended, SessionEnd::Expired, now);
        swept += static_cast<std::uint32_t>(ended->size());
        if (ended->empty())
            co_return Result<std::uint32_t>(swept);
    }
}

SessionWatchers::Watch Sessions::watch(const Person &person, std::function<void()> onEnd)
{
    auto isTold = std::make_shared<std::atomic<bool>>(false);
    const std::function<void()> once = [isTold = std::move(isTold), onEnd = std::move(onEnd)] {
        if (!isTold->exchange(true))
            onEnd();
    };
    // First added, then looked: an end that comes between is told by one of the two.
    auto watch = m_watchers.add(person.sessionId, person.userId, once);
    bool isAsVerified = false;
    {
        const std::lock_guard lock(m_mutex);
        constexpr SystemTime longAgo; // at which no end that is known is forgotten
        const auto found = m_cache.find(person.sessionId, person.userId, longAgo);
        isAsVerified = found.answer == SessionCache::Answer::Good && found.user.role == person.role &&
                       found.user.mustAddFactor == person.mustAddFactor;
    }
    if (!isAsVerified) // or not known: who comes again is asked about anew
        once();
    return watch;
}

void Sessions::announceEnd(const std::vector<std::string> &sessionIds, SessionEnd why, SystemTime now)
{
    if (sessionIds.empty())
        return;
    {
        const std::lock_guard lock(m_mutex);
        for (const std::string &id : sessionIds)
            m_cache.end(id, now);
    }
    m_ends.at(why).add(static_cast<double>(sessionIds.size()));
    m_watchers.announceEnd(sessionIds);
}

void Sessions::userChanged(const std::string &userId)
{
    {
        const std::lock_guard lock(m_mutex);
        m_cache.dropUser(userId);
    }
    m_watchers.announceUser(userId);
    if (m_onUserChanged)
        m_onUserChanged(userId);
}

void Sessions::writeFailed(const Error &error)
{
    if (error.code != ErrorCode::Unavailable)
        return;
    {
        const std::lock_guard lock(m_mutex);
        m_cache.dropAll();
    }
    if (m_onUserChanged)
        m_onUserChanged(std::string());
}

void Sessions::setAccessKeys(KeyRing keys)
{
    auto next = std::make_shared<const AccessTokens>(std::move(keys));
    const std::lock_guard lock(m_keysMutex);
    m_accessTokens = std::move(next);
}

std::shared_ptr<const AccessTokens> Sessions::accessTokens() const
{
    const std::lock_guard lock(m_keysMutex);
    return m_accessTokens;
}

} // namespace matinee::accounts
