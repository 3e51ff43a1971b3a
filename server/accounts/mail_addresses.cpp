#include "accounts/mail_addresses.h"

#include "accounts/mail_address_rules.h"
#include "accounts/people_rules.h"
#include "accounts/secrets.h"
#include "observe/log.h"
#include "store/recovery.h"

#include <algorithm>

namespace matinee::accounts {

namespace {

using store::MailAddressRow;
using store::Transaction;
using store::UserRow;

/// Locked: of two that each take the last one away, the second sees what the first did.
Result<UserRow> lockedUser(Transaction &tx, const std::string &userId)
{
    auto user = store::lockUser(tx, userId);
    if (!user)
        return user.error();
    if (!*user)
        return fail(ErrorCode::NotFound, "This account is gone.");
    return std::move(**user);
}

Result<UserRow> handled(Transaction &tx, const std::string &who, const Actor &actor)
{
    const auto user = findPerson(tx, who);
    if (!user)
        return user.error();
    if (auto r = checkMayHandle(actor, *user); !r)
        return r.error();
    return lockedUser(tx, user->id);
}

Result<MailAddresses::Own> ownIn(Transaction &tx, const std::string &userId)
{
    auto addresses = store::listMailAddresses(tx, userId);
    if (!addresses)
        return addresses.error();
    const auto preferences = store::findMailPreferences(tx, userId);
    if (!preferences)
        return preferences.error();
    return MailAddresses::Own{std::move(*addresses), *preferences};
}

/// Recovery codes stand in for a second factor, and go with the last one. `mustStay`: FailedPrecondition where the role needs it.
Result<void> settleFactors(Transaction &tx, const UserRow &user, const OwnFactors &before, const FactorPolicy &policy, bool mustStay)
{
    const auto left = ownFactors(tx, user, policy);
    if (!left)
        return left.error();
    if (!before.hasSecond() || left->hasSecond())
        return {};
    if (auto r = mustStay ? checkSecondFactorStays(*left, user, policy) : Result<void>(); !r)
        return r;
    const auto gone = store::deleteRecoveryCodes(tx, user.id);
    return gone ? Result<void>() : Result<void>(gone.error());
}

} // namespace

MailAddresses::MailAddresses(store::Store &store, Sessions &sessions, const FactorPolicy &policy, const Letters &letters,
                             SecurityLetters &security, std::function<MailRules()> rules)
    : m_store(store), m_sessions(sessions), m_policy(policy), m_letters(letters), m_security(security), m_rules(std::move(rules))
{
}

Task<Result<MailAddresses::Own>> MailAddresses::list(std::string userId)
{
    std::function<Result<Own>(Transaction &)> job = [userId](Transaction &tx) { return ownIn(tx, userId); };
    co_return co_await m_store.read<Own>(std::move(job));
}

Task<Result<MailAddressRow>> MailAddresses::add(Person person, std::string typed, Actor actor, SystemTime now)
{
    auto address = parsed(typed, "address");
    if (!address)
        co_return Result<MailAddressRow>(address.error());
    std::function<Result<MailAddressRow>(Transaction &)> job = [this, userId = person.userId, address = *address,
                                                                now](Transaction &tx) -> Result<MailAddressRow> {
        const auto user = lockedUser(tx, userId);
        if (!user)
            return user.error();
        return insertIn(tx, *user, address, false, now);
    };
    auto added = co_await m_store.write<MailAddressRow>(std::move(job));
    if (added)
        noteAddress(actor.note, nullptr, &*added);
    co_return added;
}

Task<Result<void>> MailAddresses::sendLetter(Person person, std::string id, SystemTime now)
{
    if (auto able = m_letters.ready(); !able)
        co_return able;
    std::function<Result<void>(Transaction &)> job = [this, userId = person.userId, id, now](Transaction &tx) -> Result<void> {
        const auto user = lockedUser(tx, userId);
        if (!user)
            return user.error();
        const auto row = addressOf(tx, userId, id);
        if (!row)
            return row.error();
        if (row->verifiedAt)
            return fail(ErrorCode::FailedPrecondition, "This address is confirmed already.", "id");
        return sendIn(tx, *user, *row, now);
    };
    co_return co_await m_store.write<void>(std::move(job));
}

struct MailAddresses::Change
{
    MailAddressRow row;
    std::string alsoTell; ///< The address that letters no longer go to; "" where nobody need be told.
};

Task<Result<MailAddressRow>> MailAddresses::makePrimary(Person person, std::string id, Letters::Place place, Actor actor, SystemTime now)
{
    std::function<Result<Change>(Transaction &)> job = [userId = person.userId, id](Transaction &tx) -> Result<Change> {
        const auto user = lockedUser(tx, userId);
        if (!user)
            return user.error();
        auto row = addressOf(tx, userId, id);
        if (!row)
            return row.error();
        if (!row->verifiedAt)
            return fail(ErrorCode::FailedPrecondition, "Confirm this address first, by the link in the letter to it.", "id");
        const auto primary = store::findPrimaryMailAddress(tx, userId);
        if (!primary)
            return primary.error();
        Change change{std::move(*row), {}};
        if (*primary && (*primary)->id != id)
            change.alsoTell = (*primary)->address;
        if (auto r = store::makeMailAddressPrimary(tx, userId, id); !r)
            return r.error();
        change.row.isPrimary = true;
        return change;
    };
    auto changed = co_await m_store.write<Change>(std::move(job));
    if (!changed)
        co_return Result<MailAddressRow>(changed.error());
    if (!changed->alsoTell.empty()) {
        const std::vector<std::string> former{changed->alsoTell};
        m_security.changed(person.userId, mail::Change::AddressPrimary, veiledAddress(changed->row.address), std::move(place), now, former);
    }
    noteAddress(actor.note, nullptr, &changed->row);
    co_return Result<MailAddressRow>(std::move(changed->row));
}

Result<MailAddresses::Change> MailAddresses::removeIn(Transaction &tx, const UserRow &user, const MailAddressRow &row, bool isOwner) const
{
    const auto before = ownFactors(tx, user, m_policy);
    if (!before)
        return before.error();
    if (auto r = store::deleteMailAddress(tx, user.id, row.id); !r)
        return r.error();
    const auto left = store::listMailAddresses(tx, user.id);
    if (!left)
        return left.error();
    // Letters go on: to the one that was confirmed first.
    const auto next = std::find_if(left->begin(), left->end(), [](const MailAddressRow &one) { return one.verifiedAt.has_value(); });
    if (row.isPrimary && next != left->end())
        if (auto r = store::makeMailAddressPrimary(tx, user.id, next->id); !r)
            return r.error();
    if (auto r = settleFactors(tx, user, *before, m_policy, isOwner); !r)
        return r.error();
    return Change{row, row.verifiedAt ? row.address : std::string()};
}

Task<Result<void>> MailAddresses::remove(Person person, std::string id, Letters::Place place, Actor actor, SystemTime now)
{
    std::function<Result<Change>(Transaction &)> job = [this, userId = person.userId, id](Transaction &tx) -> Result<Change> {
        const auto user = lockedUser(tx, userId);
        if (!user)
            return user.error();
        const auto row = addressOf(tx, userId, id);
        if (!row)
            return row.error();
        return removeIn(tx, *user, *row, true);
    };
    const auto removed = co_await m_store.write<Change>(std::move(job));
    if (!removed)
        co_return Result<void>(removed.error());
    if (!removed->alsoTell.empty()) {
        const std::vector<std::string> former{removed->alsoTell};
        m_security.changed(person.userId, mail::Change::AddressRemoved, veiledAddress(removed->row.address), std::move(place), now, former);
    }
    noteAddress(actor.note, &removed->row, nullptr);
    co_return Result<void>();
}

Task<Result<MailAddresses::Own>> MailAddresses::setPreferences(Person person, Wanted wanted, Letters::Place place, Actor actor,
                                                               SystemTime now)
{
    if (wanted.codes.value_or(false) && !m_policy.allowsMailCodes())
        co_return Result<Own>(fail(ErrorCode::FailedPrecondition,
                                   "This server has no codes by mail. Its operator can set accounts.allow_mail_codes.", "mail_codes"));
    using Both = std::pair<store::MailPreferences, Own>; // as it was, and all as it is
    std::function<Result<Both>(Transaction &)> job = [this, userId = person.userId, wanted](Transaction &tx) -> Result<Both> {
        const auto user = lockedUser(tx, userId);
        if (!user)
            return user.error();
        auto own = ownIn(tx, userId);
        if (!own)
            return own.error();
        const bool hasConfirmed =
            std::any_of(own->addresses.begin(), own->addresses.end(), [](const MailAddressRow &row) { return row.verifiedAt.has_value(); });
        if (wanted.codes.value_or(false) && !hasConfirmed)
            return fail(ErrorCode::FailedPrecondition, "Codes need a confirmed mail address. Add one first.", "mail_codes");
        const auto before = ownFactors(tx, *user, m_policy);
        if (!before)
            return before.error();
        const store::MailPreferences former = own->preferences;
        own->preferences.newDeviceLetters = wanted.newDeviceLetters.value_or(former.newDeviceLetters);
        own->preferences.codes = wanted.codes.value_or(former.codes);
        if (auto r = store::putMailPreferences(tx, userId, own->preferences); !r)
            return r.error();
        if (auto r = settleFactors(tx, *user, *before, m_policy, true); !r)
            return r.error();
        return Both(former, std::move(*own));
    };
    auto both = co_await m_store.write<Both>(std::move(job));
    if (!both)
        co_return Result<Own>(both.error());
    const store::MailPreferences &is = both->second.preferences;
    if (both->first.codes != is.codes) {
        const mail::Change change = is.codes ? mail::Change::MailCodesOn : mail::Change::MailCodesOff;
        m_security.changed(person.userId, change, {}, std::move(place), now);
        if (person.mustAddFactor)
            m_sessions.userChanged(person.userId); // may do more from now on
    }
    notePreferences(actor.note, both->first, is);
    co_return Result<Own>(std::move(both->second));
}

Task<Result<MailAddresses::Confirmed>> MailAddresses::confirm(std::string token, Letters::Place place, std::shared_ptr<AuditNote> note,
                                                              SystemTime now)
{
    if (token.empty() || token.size() > kMostTokenBytes)
        co_return Result<Confirmed>(linkNotGood());
    struct Done
    {
        UserRow user;
        MailAddressRow row;
        Came came = Came::Confirmed;
        bool hadPrimary = false;
    };
    std::function<Result<Done>(Transaction &)> job = [hash = secretHash(token), now](Transaction &tx) -> Result<Done> {
        auto row = store::findMailAddressByToken(tx, hash, now);
        if (!row)
            return row.error();
        if (!*row)
            return linkNotGood();
        auto user = store::lockUser(tx, (*row)->userId);
        if (!user)
            return user.error();
        if (!*user || (*user)->deletedAt)
            return linkNotGood();
        const auto other = store::findVerifiedMailAddress(tx, (*row)->key);
        if (!other)
            return other.error();
        if (*other && (*other)->userId != (*row)->userId)
            return fail(ErrorCode::AlreadyExists,
                        "This address belongs to another account here. Sign in to that one, or remove it there first.", "token");
        const auto primary = store::findPrimaryMailAddress(tx, (*row)->userId);
        if (!primary)
            return primary.error();
        Done done{std::move(**user), std::move(**row), Came::Confirmed, primary->has_value()};
        if (auto r = confirmIn(tx, done.row, !done.hadPrimary, now); !r)
            return r.error();
        if (done.user.awaitsAddress) {
            if (auto r = store::updateUserAwaitsAddress(tx, done.user.id, false); !r)
                return r.error();
            done.came = done.user.isWaiting ? Came::WaitingForReview : Came::AccountReady;
        }
        return done;
    };
    const auto done = co_await m_store.write<Done>(std::move(job));
    if (!done) {
        m_sessions.writeFailed(done.error());
        co_return Result<Confirmed>(done.error());
    }
    if (done->hadPrimary)
        m_security.changed(done->user.id, mail::Change::AddressAdded, veiledAddress(done->row.address), std::move(place), now);
    // The first address may be the second factor that the role needs.
    if (const auto role = roleOf(done->user.role); role && m_policy.allowsMailCodes() && m_policy.demandsTwo(*role))
        m_sessions.userChanged(done->user.id);
    noteAddress(note, nullptr, &done->row);
    if (note)
        note->subject = done->user.name;
    co_return Result<Confirmed>(Confirmed{done->row.address, done->came});
}

Task<Result<MailAddresses::Own>> MailAddresses::listOf(std::string who)
{
    std::function<Result<Own>(Transaction &)> job = [who](Transaction &tx) -> Result<Own> {
        const auto user = findPerson(tx, who);
        if (!user)
            return user.error();
        return ownIn(tx, user->id);
    };
    co_return co_await m_store.read<Own>(std::move(job));
}

Task<Result<MailAddressRow>> MailAddresses::addFor(std::string who, std::string typed, bool isVerified, Actor actor, SystemTime now)
{
    const auto address = mail::parseAddress(typed);
    if (!address)
        co_return Result<MailAddressRow>(fail(ErrorCode::InvalidArgument, std::string(mail::sentence(address.error())), "address"));
    if (auto able = isVerified ? Result<void>() : m_letters.ready(); !able)
        co_return Result<MailAddressRow>(able.error());
    std::function<Result<MailAddressRow>(Transaction &)> job = [this, who, address = *address, isVerified, actor,
                                                                now](Transaction &tx) -> Result<MailAddressRow> {
        const auto user = handled(tx, who, actor);
        if (!user)
            return user.error();
        auto row = insertIn(tx, *user, address, isVerified, now);
        if (row && isVerified && user->awaitsAddress)
            if (auto r = store::updateUserAwaitsAddress(tx, user->id, false); !r)
                return r.error();
        return row;
    };
    auto added = co_await m_store.write<MailAddressRow>(std::move(job));
    if (!added)
        co_return added;
    if (isVerified && m_policy.allowsMailCodes())
        m_sessions.userChanged(added->userId);
    if (isVerified)
        m_security.changed(added->userId, mail::Change::AddressAdded, veiledAddress(added->address), {}, now);
    noteAddress(actor.note, nullptr, &*added);
    co_return added;
}

Task<Result<void>> MailAddresses::removeFor(std::string who, std::string typed, Actor actor, SystemTime now)
{
    const auto address = mail::parseAddress(typed);
    if (!address)
        co_return Result<void>(fail(ErrorCode::InvalidArgument, std::string(mail::sentence(address.error())), "address"));
    std::function<Result<Change>(Transaction &)> job = [this, who, key = address->key(), actor](Transaction &tx) -> Result<Change> {
        const auto user = handled(tx, who, actor);
        if (!user)
            return user.error();
        const auto own = store::listMailAddresses(tx, user->id);
        if (!own)
            return own.error();
        const auto row = std::find_if(own->begin(), own->end(), [&](const MailAddressRow &one) { return one.key == key; });
        if (row == own->end())
            return fail(ErrorCode::NotFound, "This account has no such address.", "address");
        return removeIn(tx, *user, *row, false);
    };
    const auto removed = co_await m_store.write<Change>(std::move(job));
    if (!removed)
        co_return Result<void>(removed.error());
    if (m_policy.allowsMailCodes())
        m_sessions.userChanged(removed->row.userId);
    if (!removed->alsoTell.empty()) {
        const std::vector<std::string> former{removed->alsoTell};
        m_security.changed(removed->row.userId, mail::Change::AddressRemoved, veiledAddress(removed->row.address), {}, now, former);
    }
    noteAddress(actor.note, &removed->row, nullptr);
    co_return Result<void>();
}

void MailAddresses::remind(const std::string &userId, SystemTime now)
{
    m_store.writeLater([this, userId, now](Transaction &tx) -> Result<void> {
        const auto user = store::findUser(tx, userId);
        if (!user)
            return user.error();
        const auto own = store::listMailAddresses(tx, userId);
        if (!own)
            return own.error();
        if (!*user || !(*user)->awaitsAddress || own->empty())
            return {};
        if (auto sent = sendIn(tx, **user, own->front(), now); !sent)
            log::info("accounts", "a letter that confirms an address was not queued: {}", sent.error().message);
        return {};
    });
}

Task<Result<int>> MailAddresses::sweep(SystemTime now)
{
    constexpr int kAtOnce = 1000;
    std::function<Result<int>(Transaction &)> job = [now](Transaction &tx) {
        return store::deleteUsersAwaitingAddress(tx, now - kUnconfirmedFor, kAtOnce);
    };
    co_return co_await m_store.write<int>(std::move(job));
}

std::string_view cameName(MailAddresses::Came came)
{
    switch (came) {
    case MailAddresses::Came::Confirmed:
        return "confirmed";
    case MailAddresses::Came::AccountReady:
        return "account_ready";
    case MailAddresses::Came::WaitingForReview:
        return "waiting_for_review";
    }
    return "confirmed";
}

} // namespace matinee::accounts
