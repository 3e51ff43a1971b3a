// The settings email.* as one value, and what can be said of them without a connection. Any thread.
#pragma once

#include "mail/smtp.h"
#include "mail/wire/allow_list.h"
#include "mail/wire/templates.h"

#include "common/settings/snapshot.h"

#include <optional>

namespace matinee::mail {

struct Configuration
{
    SmtpServer server;
    std::optional<Address> from;
    std::string fromName;
    std::string serverName;
    AllowList allowed;

    /// FailedPrecondition with what to set, where this server sends no mail.
    [[nodiscard]] Result<void> ready() const;
    /// The same, or PermissionDenied where the allow-list does not have this address.
    [[nodiscard]] Result<void> mayWriteTo(const Address &address) const;
};

[[nodiscard]] Configuration configurationOf(const settings::Snapshot &settings);

/// The message and its envelope. `configuration` is ready; `id` becomes the Message-ID.
[[nodiscard]] Envelope composed(const Configuration &configuration, const Address &to, Kind kind, Language language, Values values,
                                const std::string &id, std::chrono::system_clock::time_point date);

} // namespace matinee::mail
