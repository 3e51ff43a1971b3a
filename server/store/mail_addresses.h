// Tables `mail_addresses` and `mail_preferences`: where people are written to, and what about. An address that was not verified counts for
// nothing; a verified one belongs to one account.
#pragma once

#include "store/store.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace matinee::store {

struct MailAddressRow
{
    using Time = std::chrono::system_clock::time_point;

    std::string id;
    std::string userId;
    std::string address; ///< mail::Address::text()
    std::string key;     ///< mail::Address::key()
    bool isPrimary = false;
    Time createdAt;
    std::optional<Time> verifiedAt{};
    std::optional<std::string> tokenHash{}; ///< Of the link in the newest letter.
    std::optional<Time> tokenExpiresAt{};
};

struct MailPreferences
{
    bool newDeviceLetters = true;
    bool codes = false; ///< Codes by mail are a second factor of this account.
    bool operator==(const MailPreferences &) const = default;
};

/// The primary one first, then the oldest.
Result<std::vector<MailAddressRow>> listMailAddresses(Transaction &tx, const std::string &userId);
/// Whose link that is; nothing where its time is over.
Result<std::optional<MailAddressRow>> findMailAddressByToken(Transaction &tx, const std::string &tokenHash, MailAddressRow::Time now);
/// The one account's that has shown that it reads its mail.
Result<std::optional<MailAddressRow>> findVerifiedMailAddress(Transaction &tx, const std::string &key);
/// Where letters to this account go: primary and verified.
Result<std::optional<MailAddressRow>> findPrimaryMailAddress(Transaction &tx, const std::string &userId);

Result<void> insertMailAddress(Transaction &tx, const MailAddressRow &row);
/// Those before are good no more.
Result<bool> setMailAddressToken(Transaction &tx, const std::string &id, const std::string &tokenHash, MailAddressRow::Time expiresAt);
/// The link is used up. AlreadyExists where another account was quicker: look first (findVerifiedMailAddress).
Result<bool> verifyMailAddress(Transaction &tx, const std::string &id, MailAddressRow::Time now);
/// False where this user has no such address. The one before is primary no more.
Result<bool> makeMailAddressPrimary(Transaction &tx, const std::string &userId, const std::string &id);
Result<bool> deleteMailAddress(Transaction &tx, const std::string &userId, const std::string &id);

/// Who has said nothing has the usual ones.
Result<MailPreferences> findMailPreferences(Transaction &tx, const std::string &userId);
Result<void> putMailPreferences(Transaction &tx, const std::string &userId, const MailPreferences &preferences);

/// Accounts that still wait for an address and were made before then: gone, with all that is theirs. At most `limit`; how many.
Result<int> deleteUsersAwaitingAddress(Transaction &tx, MailAddressRow::Time madeBefore, int limit);

} // namespace matinee::store
