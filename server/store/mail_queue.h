// Table `mail_queue`: mails on their way, and for a while those that have gone, by which mails to one person are counted.
// What a mail says is sealed before it gets here (mail/outbox.h).
#pragma once

#include "store/store.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace matinee::store {

struct MailRow
{
    std::string id;
    std::string recipient; ///< Digest of the address.
    std::string kind;
    std::string sealed;
    std::chrono::system_clock::time_point createdAt;
    std::chrono::system_clock::time_point nextAt;
    std::chrono::system_clock::time_point expiresAt;
    int attempts = 0;
};

struct MailLimits
{
    int waiting = 0;      ///< In all.
    int perRecipient = 0; ///< Created since `since`, whether waiting or gone.
    std::chrono::system_clock::time_point since;
};

struct MailFigures
{
    std::int64_t waiting = 0;
    std::optional<std::chrono::system_clock::time_point> oldest; ///< When the oldest that waits was created.
    std::optional<std::chrono::system_clock::time_point> next;   ///< When one is tried next.
};

/// Unavailable where too many wait, RateLimited where this person was written to too often. Two writers at the same moment may pass the
/// limits by one each (PostgreSQL).
Result<void> insertMail(Transaction &tx, const MailRow &row, const MailLimits &limits);
/// The one that has been due longest, now nobody else's until `lease`; nothing where none is due.
Result<std::optional<MailRow>> claimMail(Transaction &tx, std::chrono::system_clock::time_point now,
                                         std::chrono::system_clock::time_point lease);
Result<bool> postponeMail(Transaction &tx, const std::string &id, int attempts, std::chrono::system_clock::time_point nextAt);
/// Sent or given up: what it said is erased. False where it was settled before.
Result<bool> settleMail(Transaction &tx, const std::string &id, std::chrono::system_clock::time_point now);
/// Deletes the settled ones created before; how many.
Result<int> forgetMails(Transaction &tx, std::chrono::system_clock::time_point before);
Result<MailFigures> mailFigures(Transaction &tx);

} // namespace matinee::store
