// Passkeys in use: signing in, the second step of a sign-in, step-up.
#include "accounts/passkeys.h"
#include "accounts/wire/base64url.h"
#include "accounts/wire/webauthn_json.h"
#include "observe/log.h"
#include "store/audit.h"

#include <boost/json/serialize.hpp>
#include <sodium.h>

#include <algorithm>

namespace matinee::accounts {

namespace {

using store::PasskeyRow;
using store::Transaction;

constexpr std::size_t kChallengeBytes = 32;

Error notAccepted()
{
    return fail(ErrorCode::Unauthenticated, "The passkey was not accepted, or it took too long. Try again.", "credential_json");
}

std::vector<std::string> split(const std::string &text)
{
    std::vector<std::string> parts;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find(',', at), text.size());
        parts.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

/// The owner wants to know, and nobody waits for it.
void noteCopy(store::Store &store, const PasskeyRow &passkey, const PasskeyUse &use, SystemTime now)
{
    store::AuditEntry entry;
    entry.at = now;
    entry.actor = "user " + passkey.userId;
    entry.action = "passkeys.copied";
    entry.target = passkey.id;
    entry.detail =
        "its counter went back from " + std::to_string(passkey.signCount) + " to " + std::to_string(use.signCount) + ": it was refused";
    std::function<Result<void>(Transaction &)> job = [entry](Transaction &tx) { return store::appendAudit(tx, entry); };
    store.writeLater(std::move(job));
}

} // namespace

PasskeyHint hintOf(const PasskeyRow &row)
{
    return {fromBase64url(row.credentialId).value_or(Bytes()), split(row.transports)};
}

Error Passkeys::noDomain()
{
    return fail(ErrorCode::FailedPrecondition,
                "This server can have no passkeys: they need a domain. Who runs it sets server.public_url, or webauthn.rp_id.");
}

Bytes Passkeys::newChallenge()
{
    Bytes challenge(kChallengeBytes);
    randombytes_buf(challenge.data(), challenge.size());
    return challenge;
}

Result<Passkeys::Begun> Passkeys::beginSignIn(SystemTime now)
{
    if (m_party.id.empty())
        return noDomain();
    AssertionOptions options;
    options.challenge = newChallenge();
    options.rpId = m_party.id;
    Begun begun;
    begun.optionsJson = boost::json::serialize(jsonOf(options));
    const std::lock_guard lock(m_mutex);
    begun.id = m_signIns.add(std::move(options.challenge), now);
    return begun;
}

std::string Passkeys::optionsFor(const std::vector<PasskeyRow> &passkeys, const Bytes &challenge, UserVerification verification) const
{
    AssertionOptions options;
    options.challenge = challenge;
    options.rpId = m_party.id;
    options.userVerification = verification;
    for (const PasskeyRow &row : passkeys)
        if (works(row))
            options.allow.push_back(hintOf(row));
    if (m_party.id.empty() || options.allow.empty())
        return {};
    return boost::json::serialize(jsonOf(options));
}

Task<Result<PasskeyProof>> Passkeys::verify(std::string responseJson, Bytes challenge, std::string userId, bool requireVerification,
                                            SystemTime now)
{
    const auto response = assertionResponseOf(responseJson);
    if (!response) {
        countFault("assertion", webauthnFaultName(response.error()));
        co_return Result<PasskeyProof>(notAccepted());
    }
    std::function<Result<std::optional<PasskeyRow>>(Transaction &)> job = [id = base64url(response->id)](Transaction &tx) {
        return store::findPasskeyByCredential(tx, id);
    };
    auto row = co_await m_store.read<std::optional<PasskeyRow>>(std::move(job));
    if (!row)
        co_return Result<PasskeyProof>(row.error());
    const bool isKnown = *row && works(**row) && (userId.empty() || (*row)->userId == userId);
    if (!isKnown) {
        countFault("assertion", "unknown");
        co_return Result<PasskeyProof>(notAccepted());
    }
    KnownPasskey known;
    known.id = response->id;
    known.publicKey = fromBase64url((*row)->publicKey).value_or(Bytes());
    known.signCount = (*row)->signCount;
    known.backupEligible = (*row)->backupEligible;
    known.userHandle = copyOf(bytesOf((*row)->userId));
    const AssertionExpectation expected{ceremony(std::move(challenge), requireVerification), userId.empty()};
    const auto use = verifyAssertion(*response, known, expected);
    if (!use) {
        countFault("assertion", webauthnFaultName(use.error()));
        co_return Result<PasskeyProof>(notAccepted());
    }
    if (use->counterWentBack) {
        // Two authenticators have the key, or one was set back: neither lets anybody in.
        countFault("assertion", "counter");
        log::warn("accounts", "passkey {} was copied, or set back: its counter went back", (*row)->id);
        noteCopy(m_store, **row, *use, now);
        co_return Result<PasskeyProof>(notAccepted());
    }
    co_return Result<PasskeyProof>(PasskeyProof{std::move(**row), *use});
}

Result<void> Passkeys::useIn(Transaction &tx, const PasskeyProof &proof, SystemTime now)
{
    const auto used = store::usePasskey(tx, proof.passkey.id, proof.passkey.signCount, proof.use.signCount, proof.use.backedUp, now);
    if (!used)
        return used.error();
    if (!*used)
        return notAccepted();
    return {};
}

Task<Result<SignInOutcome>> Passkeys::finishSignIn(std::string id, std::string responseJson, SessionOrigin origin, SystemTime now)
{
    std::optional<Bytes> challenge;
    {
        const std::lock_guard lock(m_mutex);
        challenge = m_signIns.take(id, now);
    }
    if (!challenge) {
        m_rejected.add();
        co_return Result<SignInOutcome>(notAccepted());
    }
    auto proof = co_await verify(std::move(responseJson), std::move(*challenge), std::string(), true, now);
    if (!proof) {
        if (proof.error().code == ErrorCode::Unauthenticated)
            m_rejected.add();
        co_return Result<SignInOutcome>(proof.error());
    }
    origin.method = "passkey";
    origin.hasSecondFactor = true; // the key, and what unlocks it
    std::function<Result<Sessions::Begun>(Transaction &)> job = [this, proof = *proof, origin,
                                                                 now](Transaction &tx) -> Result<Sessions::Begun> {
        const auto user = store::findUser(tx, proof.passkey.userId);
        if (!user)
            return user.error();
        if (!*user)
            return notAccepted();
        if (auto r = useIn(tx, proof, now); !r)
            return r.error();
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
    m_sessions.announceEnd(begun->ended, SessionEnd::TooMany, now);
    (begun->outcome.session ? m_signedIn : m_waiting).add();
    co_return Result<SignInOutcome>(std::move(begun->outcome));
}

} // namespace matinee::accounts
