// What is done to sessions within one transaction.
#include "accounts/session_renewal.h"

#include "accounts/secrets.h"
#include "store/audit.h"

#include <algorithm>

namespace matinee::accounts {

namespace {

using store::SessionRow;
using store::Transaction;
using store::UserRow;

constexpr std::size_t kSessionIdCharacters = 26; // 130 random bits
constexpr std::size_t kMostDeviceBytes = 100;
constexpr std::size_t kMostAddressBytes = 64;

/// Not within a character of UTF-8.
std::string cut(const std::string &text, std::size_t most)
{
    std::size_t end = std::min(text.size(), most);
    while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return text.substr(0, end);
}

SystemTime wholeSeconds(SystemTime time)
{
    return SystemTime(std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()));
}

} // namespace

std::string_view sessionEndName(SessionEnd why)
{
    switch (why) {
    case SessionEnd::SignedOut:
        return "signed_out";
    case SessionEnd::Revoked:
        return "revoked";
    case SessionEnd::Banned:
        return "banned";
    case SessionEnd::Password:
        return "password";
    case SessionEnd::Stolen:
        return "stolen";
    case SessionEnd::Expired:
        return "expired";
    case SessionEnd::TooMany:
        return "too_many";
    }
    return "revoked";
}

SessionTokens Sessions::tokensOf(const SessionRow &session, const UserRow &user, SystemTime now) const
{
    SessionTokens tokens;
    AccessClaims claims;
    claims.userId = user.id;
    claims.sessionId = session.id;
    claims.role = roleOf(user.role).value_or(Role::User);
    claims.authenticatedAt = session.createdAt;
    claims.issuedAt = now;
    claims.expiresAt = wholeSeconds(now) + AccessTokens::kLifetime;
    tokens.access = accessTokens()->make(claims);
    tokens.refresh = m_refreshTokens.make({session.id, session.generation});
    tokens.refreshExpiresIn = std::chrono::duration_cast<std::chrono::seconds>(session.expiresAt - now);
    return tokens;
}

Result<Sessions::Begun> Sessions::beginIn(Transaction &tx, const UserRow &user, const SessionOrigin &origin, SystemTime now) const
{
    if (user.isBanned(now))
        return fail(ErrorCode::PermissionDenied,
                    "This account is banned" + (user.banReason.empty() ? "." : ": " + user.banReason)); // to who has proved to be its owner
    if (user.deletedAt)
        return fail(ErrorCode::PermissionDenied, "This account is closed. For a while, those who run the server can restore it.");
    Begun begun;
    begun.outcome.user = user;
    if (user.isWaiting || user.awaitsAddress)
        return begun;
    if (!origin.hasSecondFactor) {
        const auto own = ownFactors(tx, user, m_factors);
        if (!own)
            return own.error();
        if (auto kinds = own->secondFactors(); !kinds.empty()) {
            // Should the transaction fail, nobody learns the id.
            std::string id = m_challenges.add({user.id, user.name, user.passwordRecord, origin.method, kinds, {}, 0}, now);
            begun.outcome.secondFactor = SecondFactorAsked{std::move(id), std::move(kinds), own->mailAddress};
            return begun;
        }
    }
    auto others = store::listSessionsOfUser(tx, user.id);
    if (!others)
        return others.error();
    for (std::size_t i = kMostPerUser - 1; i < others->size(); ++i) { // newest use first
        if (auto r = store::deleteSession(tx, (*others)[i].id, user.id); !r)
            return r.error();
        begun.ended.push_back((*others)[i].id);
    }
    SessionRow session;
    session.id = randomText(kSessionIdCharacters);
    session.userId = user.id;
    session.device = cut(origin.device, kMostDeviceBytes);
    session.address = cut(origin.address, kMostAddressBytes);
    session.method = origin.method;
    session.createdAt = session.lastUsedAt = session.rotatedAt = now;
    session.expiresAt = now + RefreshTokens::kLifetime;
    if (auto r = store::insertSession(tx, session); !r)
        return r.error();
    if (m_witness.begins)
        m_witness.begins(user, session, now);
    begun.outcome.session = tokensOf(session, user, now);
    begun.outcome.sessionId = session.id;
    return begun;
}

Result<Sessions::Renewal> Sessions::renewIn(Transaction &tx, const RefreshToken &token, const std::string &address,
                                            const std::string &requestId, SystemTime now) const
{
    auto session = store::findSession(tx, token.sessionId);
    if (!session)
        return session.error();
    if (!*session)
        return Renewal{};
    SessionRow &row = **session;
    auto user = store::findUser(tx, row.userId);
    if (!user)
        return user.error();

    Renewal renewal;
    renewal.verdict = judgeRefresh(token.generation, {row.generation, row.rotatedAt, row.expiresAt}, now);
    if (!*user || !maySignIn(**user, now))
        renewal.verdict = RefreshVerdict::Expired;
    if (renewal.verdict == RefreshVerdict::Rotate) {
        const std::uint64_t from = row.generation++;
        row.rotatedAt = row.lastUsedAt = now;
        row.expiresAt = now + RefreshTokens::kLifetime;
        row.address = cut(address, kMostAddressBytes);
        auto rotated = store::rotateSession(tx, row, from);
        if (!rotated)
            return rotated.error();
        if (!*rotated) { // another process was quicker: its token, then
            renewal.verdict = RefreshVerdict::SameAgain;
            session = store::findSession(tx, token.sessionId);
            if (!session)
                return session.error();
            if (!*session || (*session)->generation != token.generation + 1)
                return Renewal{};
        }
    }
    if (renewal.verdict == RefreshVerdict::Rotate || renewal.verdict == RefreshVerdict::SameAgain) {
        renewal.outcome = {**user, tokensOf(**session, **user, now), token.sessionId};
        return renewal;
    }

    renewal.hasEnded = true;
    if (auto r = store::deleteSession(tx, row.id, row.userId); !r)
        return r.error();
    if (renewal.verdict == RefreshVerdict::Stolen) {
        renewal.why = SessionEnd::Stolen;
        renewal.stolen = row;
        store::AuditEntry entry;
        entry.at = now;
        entry.actor = "user " + (*user)->name + " (" + row.userId + ")";
        entry.action = "sessions.theft";
        entry.target = row.id;
        entry.detail = "a refresh token was used a second time: " + row.device + ", last used from " + row.address;
        entry.address = address;
        entry.requestId = requestId;
        if (auto r = store::appendAudit(tx, entry); !r)
            return r.error();
    }
    return renewal;
}

} // namespace matinee::accounts
