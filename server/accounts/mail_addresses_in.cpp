// What is done to mail addresses within one transaction.
#include "accounts/mail_address_rules.h"

#include "accounts/secrets.h"
#include "store/mail_codes.h"

#include <boost/json.hpp>

#include <algorithm>

namespace matinee::accounts {

namespace {

namespace json = boost::json;

using store::MailAddressRow;
using store::Transaction;
using store::UserRow;

constexpr std::size_t kIdCharacters = 16;
constexpr std::size_t kTokenCharacters = 32; // 160 random bits
constexpr std::chrono::hours kWindow{1};

std::string stateOf(const MailAddressRow *row)
{
    if (row == nullptr)
        return {};
    return json::serialize(
        json::object{{"address", veiledAddress(row->address)}, {"verified", row->verifiedAt.has_value()}, {"primary", row->isPrimary}});
}

std::string stateOf(const store::MailPreferences &preferences)
{
    return json::serialize(json::object{{"new_device_letters", preferences.newDeviceLetters}, {"mail_codes", preferences.codes}});
}

bool isConfirmed(const MailAddressRow &row)
{
    return row.verifiedAt.has_value();
}

} // namespace

Error linkNotGood()
{
    return fail(ErrorCode::FailedPrecondition,
                "This link is not good: it was used already, is older than a day, or there is a newer letter. Ask for another one.",
                "token");
}

Result<MailAddressRow> addressOf(Transaction &tx, const std::string &userId, const std::string &id)
{
    auto own = store::listMailAddresses(tx, userId);
    if (!own)
        return own.error();
    const auto found = std::find_if(own->begin(), own->end(), [&](const MailAddressRow &row) { return row.id == id; });
    if (found == own->end())
        return fail(ErrorCode::NotFound, "You have no such mail address.", "id");
    return std::move(*found);
}

Result<void> confirmIn(Transaction &tx, MailAddressRow &row, bool isPrimary, SystemTime now)
{
    if (auto r = store::verifyMailAddress(tx, row.id, now); !r)
        return r.error();
    row.verifiedAt = row.verifiedAt.value_or(now);
    row.tokenHash.reset();
    row.tokenExpiresAt.reset();
    if (!isPrimary)
        return {};
    if (auto r = store::makeMailAddressPrimary(tx, row.userId, row.id); !r)
        return r.error();
    row.isPrimary = true;
    return {};
}

void noteAddress(const std::shared_ptr<AuditNote> &note, const MailAddressRow *before, const MailAddressRow *after)
{
    if (!note)
        return;
    note->before = stateOf(before);
    note->after = stateOf(after);
}

void notePreferences(const std::shared_ptr<AuditNote> &note, const store::MailPreferences &before, const store::MailPreferences &after)
{
    if (!note || before == after)
        return;
    note->before = stateOf(before);
    note->after = stateOf(after);
}

Result<mail::Address> MailAddresses::parsed(const std::string &typed, const char *field) const
{
    if (auto able = m_letters.ready(); !able)
        return able.error();
    auto address = mail::parseAddress(typed);
    if (!address)
        return fail(ErrorCode::InvalidArgument, std::string(mail::sentence(address.error())), field);
    if (!m_rules().allowed.allows(*address))
        return fail(ErrorCode::PermissionDenied, "This server takes no mail addresses at " + address->domain() + ". Use another one.",
                    field);
    return std::move(*address);
}

Result<void> MailAddresses::sendIn(Transaction &tx, const UserRow &user, const MailAddressRow &row, SystemTime now) const
{
    const auto mayAsk = store::spendMailRequest(tx, user.id, "verify", kMostLetters, now - kWindow, now);
    if (!mayAsk)
        return mayAsk.error();
    if (!*mayAsk) {
        Error error = fail(ErrorCode::RateLimited, "Too many letters were asked for. Wait an hour before the next one.");
        error.retryAfter = kWindow;
        return error;
    }
    const std::string token = randomText(kTokenCharacters);
    // Without the name: whoever typed the address could write something to a stranger by it. The letter first: where it may not be written,
    // the link of the one before stays good.
    const Letters::Reader reader{row.address, user.language, {}};
    if (auto r = m_letters.confirmAddress(tx, reader, token, kLinkLifetime, now); !r)
        return r;
    const auto set = store::setMailAddressToken(tx, row.id, secretHash(token), now + kLinkLifetime);
    return set ? Result<void>() : Result<void>(set.error());
}

Result<MailAddressRow> MailAddresses::insertIn(Transaction &tx, const UserRow &user, const mail::Address &address, bool isVerified,
                                               SystemTime now) const
{
    const auto own = store::listMailAddresses(tx, user.id);
    if (!own)
        return own.error();
    const auto same = std::find_if(own->begin(), own->end(), [&](const MailAddressRow &row) { return row.key == address.key(); });
    if (same != own->end() && same->verifiedAt)
        return fail(ErrorCode::AlreadyExists, "This account has this address already.", "address");
    if (same == own->end() && own->size() >= kMost)
        return fail(ErrorCode::FailedPrecondition, "An account has at most three mail addresses. Remove one first.", "address");
    if (isVerified) {
        const auto other = store::findVerifiedMailAddress(tx, address.key());
        if (!other)
            return other.error();
        if (*other)
            return fail(ErrorCode::AlreadyExists, "Another account has this address.", "address");
    }
    MailAddressRow row;
    if (same != own->end()) {
        row = *same;
    } else {
        row.id = randomText(kIdCharacters);
        row.userId = user.id;
        row.address = address.text();
        row.key = address.key();
        row.createdAt = now;
        if (auto r = store::insertMailAddress(tx, row); !r)
            return r.error();
    }
    if (isVerified) {
        const bool isFirst = std::none_of(own->begin(), own->end(), isConfirmed);
        if (auto r = confirmIn(tx, row, isFirst, now); !r)
            return r.error();
    } else if (auto r = sendIn(tx, user, row, now); !r) {
        return r.error();
    }
    return row;
}

Result<std::optional<mail::Address>> MailAddresses::forSignUp(const std::string &typed) const
{
    if (typed.empty()) {
        if (!m_rules().signUpNeedsAddress)
            return std::optional<mail::Address>();
        return fail(ErrorCode::InvalidArgument, "An account on this server needs a mail address. Type yours, such as person@example.org.",
                    "mail_address");
    }
    auto address = parsed(typed, "mail_address");
    if (!address)
        return address.error();
    return std::optional<mail::Address>(std::move(*address));
}

Result<void> MailAddresses::addIn(Transaction &tx, const UserRow &user, const mail::Address &address, SystemTime now) const
{
    const auto row = insertIn(tx, user, address, false, now);
    return row ? Result<void>() : Result<void>(row.error());
}

Result<void> MailAddresses::addVouchedIn(Transaction &tx, const std::string &userId, const std::string &typed, SystemTime now) const
{
    const auto address = mail::parseAddress(typed);
    if (!address || !m_rules().allowed.allows(*address))
        return {};
    const auto user = store::lockUser(tx, userId);
    if (!user)
        return user.error();
    const auto other = store::findVerifiedMailAddress(tx, address->key());
    if (!other)
        return other.error();
    const auto own = store::listMailAddresses(tx, userId);
    if (!own)
        return own.error();
    const bool isThere = std::any_of(own->begin(), own->end(), [&](const MailAddressRow &row) { return row.key == address->key(); });
    if (!*user || *other || (!isThere && own->size() >= kMost))
        return {};
    const auto row = insertIn(tx, **user, *address, true, now);
    return row ? Result<void>() : Result<void>(row.error());
}

} // namespace matinee::accounts
