// What the sources of MailAddresses share: looking one up, confirming it, and what the audit log is told. Within transactions of theirs.
#pragma once

#include "accounts/mail_addresses.h"

namespace matinee::accounts {

inline constexpr std::size_t kMostTokenBytes = 256; ///< Of a link, as it is brought back.

/// FailedPrecondition, field "token".
[[nodiscard]] Error linkNotGood();
/// NotFound where this user has none of this id.
Result<store::MailAddressRow> addressOf(store::Transaction &tx, const std::string &userId, const std::string &id);
/// The row is as it is then.
Result<void> confirmIn(store::Transaction &tx, store::MailAddressRow &row, bool isPrimary, SystemTime now);

// Addresses are veiled there: the log is kept for longer than an address, and read by more people. `note` may be null.
void noteAddress(const std::shared_ptr<AuditNote> &note, const store::MailAddressRow *before, const store::MailAddressRow *after);
void notePreferences(const std::shared_ptr<AuditNote> &note, const store::MailPreferences &before, const store::MailPreferences &after);

} // namespace matinee::accounts
