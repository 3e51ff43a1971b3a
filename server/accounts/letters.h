// The letters that accounts cause, put into the outbox within the transaction that causes them: none goes out for what did not happen, and
// none is lost for what did. Owned by app; any thread.
#pragma once

#include "mail/outbox.h"

#include <functional>
#include <string>

namespace matinee::accounts {

class Letters
{
public:
    using Time = std::chrono::system_clock::time_point;

    /// `webAddress`: where people reach this server, without a slash at its end. `outbox` must outlive it.
    Letters(mail::Outbox &outbox, std::function<std::string()> webAddress);

    /// FailedPrecondition with what to set, where this server sends no mail.
    [[nodiscard]] Result<void> ready() const { return m_outbox.ready(); }

    struct Reader
    {
        std::string address;  ///< store::MailAddressRow::address
        std::string language; ///< Of the account.
        std::string name;     ///< Of the account; "" in letters to who may be nobody's.
    };
    // Within a transaction: PermissionDenied (email.allow_list), RateLimited (too many to this address), Unavailable (queue full), before
    // anything is written; after an error of the database the transaction is over.
    Result<void> confirmAddress(store::Transaction &tx, const Reader &reader, const std::string &token, std::chrono::minutes lifetime,
                                Time now) const;
    Result<void> newPassword(store::Transaction &tx, const Reader &reader, const std::string &token, std::chrono::minutes lifetime,
                             Time now) const;
    Result<void> code(store::Transaction &tx, const Reader &reader, const std::string &code, std::chrono::minutes lifetime, Time now) const;

    /// Where something was done from.
    struct Place
    {
        std::string device; ///< "Firefox on Linux"; may be empty, as the address.
        std::string address;
    };
    // These lead to the page of the account and sign nobody in.
    Result<void> newDevice(store::Transaction &tx, const Reader &reader, const Place &place, Time now) const;
    Result<void> changed(store::Transaction &tx, const Reader &reader, mail::Change change, const std::string &detail, const Place &place,
                         Time now) const;

private:
    Result<void> put(store::Transaction &tx, const Reader &reader, mail::Kind kind, mail::Values values, Time expiresAt, Time now) const;

    mail::Outbox &m_outbox;
    const std::function<std::string()> m_webAddress;
};

/// "a***@e***.org": for who knows the address to recognise it, and nobody else.
[[nodiscard]] std::string veiledAddress(const std::string &address);

} // namespace matinee::accounts
