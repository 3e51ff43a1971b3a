#include "accounts/passkeys.h"

#include "accounts/secrets.h"
#include "accounts/wire/base64url.h"
#include "accounts/wire/webauthn_json.h"
#include "store/recovery.h"

#include <boost/json/serialize.hpp>
#include <sodium.h>

#include <algorithm>

namespace matinee::accounts {

namespace {

using store::PasskeyRow;
using store::Transaction;
using store::UserRow;

constexpr std::size_t kIdCharacters = 15;

Error notAdded()
{
    return fail(ErrorCode::InvalidArgument, "The new passkey was not accepted, or it took too long. Begin anew.", "credential_json");
}

Error noSuchPasskey()
{
    return fail(ErrorCode::NotFound, "You have no such passkey.", "id");
}

Error accountGone()
{
    return fail(ErrorCode::NotFound, "This account is gone.");
}

/// Without spaces around it; nothing for one that is too long or has control characters.
std::optional<std::string> nameOf(std::string name)
{
    const auto isSpace = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    while (!name.empty() && isSpace(name.back()))
        name.pop_back();
    name.erase(name.begin(), std::find_if_not(name.begin(), name.end(), isSpace));
    const auto isControl = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (name.size() > Passkeys::kMostNameBytes || std::any_of(name.begin(), name.end(), isControl))
        return std::nullopt;
    return name.empty() ? "Passkey" : name;
}

Error badName()
{
    return fail(ErrorCode::InvalidArgument, "The name of a passkey has at most 64 bytes and no control characters.", "name");
}

std::string joined(const std::vector<std::string> &parts)
{
    std::string all;
    for (const std::string &part : parts)
        all += (all.empty() ? "" : ",") + part;
    return all;
}

std::string hexOf(BytesView bytes)
{
    std::string hex(2 * bytes.size() + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), bytes.data(), bytes.size());
    hex.pop_back();
    return hex;
}

} // namespace

Passkeys::Passkeys(store::Store &store, Sessions &sessions, RelyingParty party, const FactorPolicy &policy, observe::Metrics *metrics,
                   HasOtherWayIn hasOtherWayIn)
    : m_store(store),
      m_sessions(sessions),
      m_party(std::move(party)),
      m_policy(policy),
      m_metrics(metrics),
      m_hasOtherWayIn(std::move(hasOtherWayIn))
{
    if (!metrics)
        return;
    const auto counter = [&](const char *outcome) {
        return metrics->counter("matinee_sign_ins_total", "Sign-ins of people, by method and what came of them",
                                {{"method", "passkey"}, {"outcome", outcome}});
    };
    m_signedIn = counter("signed_in");
    m_rejected = counter("rejected");
    m_banned = counter("banned");
    m_waiting = counter("waiting");
}

void Passkeys::countFault(std::string_view ceremony, std::string_view fault)
{
    if (!m_metrics)
        return;
    const std::pair<std::string, std::string> key{ceremony, fault};
    const std::lock_guard lock(m_mutex);
    auto found = m_faults.find(key);
    if (found == m_faults.end()) // made when it first occurs: there are many, and most never do
        found = m_faults
                    .emplace(key, m_metrics->counter("matinee_passkey_faults_total", "Passkeys that were refused, by what was wrong",
                                                     {{"ceremony", key.first}, {"fault", key.second}}))
                    .first;
    found->second.add();
}

Ceremony Passkeys::ceremony(Bytes challenge, bool requireVerification) const
{
    Ceremony ceremony;
    ceremony.challenge = std::move(challenge);
    ceremony.rpId = m_party.id;
    ceremony.origins = m_party.origins;
    ceremony.requireUserVerification = requireVerification;
    return ceremony;
}

Task<Result<Passkeys::Begun>> Passkeys::beginAdding(Person person, SystemTime now)
{
    if (m_party.id.empty())
        co_return Result<Begun>(noDomain());
    std::function<Result<std::vector<PasskeyRow>>(Transaction &)> job = [userId = person.userId](Transaction &tx) {
        return store::listPasskeysOfUser(tx, userId);
    };
    const auto rows = co_await m_store.read<std::vector<PasskeyRow>>(std::move(job));
    if (!rows)
        co_return Result<Begun>(rows.error());
    if (rows->size() >= static_cast<std::size_t>(kMostPerUser))
        co_return Result<Begun>(fail(ErrorCode::FailedPrecondition, "An account has at most 20 passkeys. Remove one first."));
    RegistrationOptions options;
    options.challenge = newChallenge();
    options.rpId = m_party.id;
    options.rpName = m_party.name;
    options.userHandle = copyOf(bytesOf(person.userId)); // random, and never changes
    options.userName = person.name;
    options.displayName = person.name;
    for (const PasskeyRow &row : *rows)
        if (works(row))
            options.exclude.push_back(hintOf(row));
    Begun begun;
    begun.optionsJson = boost::json::serialize(jsonOf(options));
    const std::lock_guard lock(m_mutex);
    begun.id = m_adding.add({person.userId, person.sessionId, options.challenge}, now);
    co_return Result<Begun>(std::move(begun));
}

Task<Result<Passkeys::Added>> Passkeys::finishAdding(Person person, std::string id, std::string responseJson, std::string name,
                                                     SystemTime now)
{
    const auto called = nameOf(std::move(name));
    if (!called)
        co_return Result<Added>(badName());
    std::optional<Adding> adding;
    {
        const std::lock_guard lock(m_mutex);
        adding = m_adding.take(id, now);
    }
    if (!adding || adding->userId != person.userId || adding->sessionId != person.sessionId)
        co_return Result<Added>(notAdded());
    const auto response = registrationResponseOf(responseJson);
    if (!response) {
        countFault("registration", webauthnFaultName(response.error()));
        co_return Result<Added>(notAdded());
    }
    const RegistrationExpectation expected{ceremony(adding->challenge, true), kPasskeyAlgorithms, false};
    const auto made = verifyRegistration(*response, expected);
    if (!made) {
        countFault("registration", webauthnFaultName(made.error()));
        co_return Result<Added>(notAdded());
    }

    PasskeyRow row;
    row.id = "p" + randomText(kIdCharacters);
    row.userId = person.userId;
    row.credentialId = base64url(made->id);
    row.publicKey = base64url(made->publicKey);
    row.rpId = m_party.id;
    row.name = *called;
    row.signCount = made->signCount;
    row.aaguid = hexOf(made->aaguid);
    row.backupEligible = made->backupEligible;
    row.backedUp = made->backedUp;
    row.transports = joined(made->transports);
    row.createdAt = now;
    std::function<Result<Added>(Transaction &)> job = [this, row, now](Transaction &tx) -> Result<Added> {
        const auto user = store::lockUser(tx, row.userId);
        if (!user)
            return user.error();
        if (!*user)
            return accountGone();
        const auto rows = store::listPasskeysOfUser(tx, row.userId);
        if (!rows)
            return rows.error();
        if (rows->size() >= static_cast<std::size_t>(kMostPerUser))
            return fail(ErrorCode::FailedPrecondition, "An account has at most 20 passkeys. Remove one first.");
        const auto before = ownFactors(tx, **user, m_policy);
        if (!before)
            return before.error();
        if (auto r = store::insertPasskey(tx, row); !r)
            return r.error();
        Added added{row, {}};
        if (before->hasStrong())
            return added;
        auto codes = giveRecoveryCodes(tx, row.userId, now);
        if (!codes)
            return codes.error();
        added.recoveryCodes = std::move(*codes);
        return added;
    };
    auto added = co_await m_store.write<Added>(std::move(job));
    if (!added)
        m_sessions.writeFailed(added.error());
    else if (person.mustAddFactor)
        m_sessions.userChanged(person.userId); // may do more from now on
    co_return added;
}

Task<Result<PasskeyRow>> Passkeys::rename(Person person, std::string id, std::string name)
{
    const auto called = nameOf(std::move(name));
    if (!called)
        co_return Result<PasskeyRow>(badName());
    std::function<Result<PasskeyRow>(Transaction &)> job = [userId = person.userId, id,
                                                            name = *called](Transaction &tx) -> Result<PasskeyRow> {
        const auto renamed = store::renamePasskey(tx, id, userId, name);
        if (!renamed)
            return renamed.error();
        if (!*renamed)
            return noSuchPasskey();
        const auto rows = store::listPasskeysOfUser(tx, userId);
        if (!rows)
            return rows.error();
        const auto found = std::find_if(rows->begin(), rows->end(), [&](const PasskeyRow &row) { return row.id == id; });
        if (found == rows->end())
            return noSuchPasskey();
        return *found;
    };
    co_return co_await m_store.write<PasskeyRow>(std::move(job));
}

Result<void> Passkeys::wayInStays(Transaction &tx, const UserRow &user, const OwnFactors &left) const
{
    if (!left.hasWayIn() && m_hasOtherWayIn) {
        const auto other = m_hasOtherWayIn(tx, user);
        if (!other)
            return other.error();
        if (*other)
            return {};
    }
    return checkWayInStays(left);
}

Task<Result<std::string>> Passkeys::remove(Person person, std::string id)
{
    std::function<Result<std::string>(Transaction &)> job = [this, userId = person.userId, id](Transaction &tx) -> Result<std::string> {
        const auto user = store::lockUser(tx, userId);
        if (!user)
            return user.error();
        if (!*user)
            return accountGone();
        const auto before = ownFactors(tx, **user, m_policy);
        if (!before)
            return before.error();
        const auto rows = store::listPasskeysOfUser(tx, userId);
        if (!rows)
            return rows.error();
        const auto row = std::find_if(rows->begin(), rows->end(), [&](const PasskeyRow &one) { return one.id == id; });
        if (row == rows->end())
            return noSuchPasskey();
        const auto deleted = store::deletePasskey(tx, id, userId);
        if (!deleted)
            return deleted.error();
        if (!*deleted)
            return noSuchPasskey();
        const auto left = ownFactors(tx, **user, m_policy);
        if (!left)
            return left.error();
        if (left->passkeys == before->passkeys) // one of a former domain: nothing depends on it
            return row->name;
        const auto stays = wayInStays(tx, **user, *left);
        if (!stays)
            return stays.error();
        if (auto r = checkSecondFactorStays(*left, **user, m_policy); !r)
            return r.error();
        if (!left->hasSecond())
            if (auto r = store::deleteRecoveryCodes(tx, userId); !r)
                return r.error();
        return row->name;
    };
    co_return co_await m_store.write<std::string>(std::move(job));
}

} // namespace matinee::accounts
