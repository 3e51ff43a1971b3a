// Mail, wired: the outbox with the settings of now, the letters of accounts, and the thread that carries them while a server runs. A part
// of Core. Without email.smtp_host nothing is queued and nothing carried, and what needs mail says so.
#pragma once

#include "accounts/letters.h"
#include "accounts/mail_addresses.h"
#include "accounts/security_letters.h"
#include "mail/courier.h"
#include "mail/outbox.h"

#include "common/settings/snapshot.h"

#include <memory>
#include <mutex>

namespace matinee::app {

struct Mail
{
    /// `webAddress` is asked while it runs.
    Mail(store::Store &store, const settings::Snapshot &settings, std::function<std::string()> webAddress, observe::Metrics *metrics);
    Mail(const Mail &) = delete;
    Mail &operator=(const Mail &) = delete;

    /// All of email.*, and who may have which address, may change while the server runs. The main thread only, as the next two.
    void apply(const settings::Snapshot &settings);
    /// Mails are carried from now on, where there is a mail server. After the database was opened.
    void start();
    /// Breaks off what is being sent; it is tried again after the next start. Before the database is closed.
    void stop();

    // Any thread:
    [[nodiscard]] accounts::MailRules rules() const;
    /// accounts.allow_mail_codes, and there is a mail server.
    [[nodiscard]] bool allowsCodes() const { return current()->hasCodes; }

private:
    /// As of the newest settings.
    struct Current
    {
        mail::Configuration configuration;
        accounts::MailRules rules;
        bool hasCodes = false;
    };
    [[nodiscard]] std::shared_ptr<const Current> current() const;
    static std::shared_ptr<const Current> currentOf(const settings::Snapshot &settings);
    void carry();

    mutable std::mutex m_mutex;
    std::shared_ptr<const Current> m_current; // guarded by m_mutex
    bool m_isStarted = false;

public:
    mail::Outbox outbox;
    accounts::Letters letters;
    accounts::SecurityLetters security;

private:
    std::unique_ptr<mail::Courier> m_courier; // null while there is no mail server
};

} // namespace matinee::app
