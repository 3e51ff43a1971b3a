// Accounts with mail: an outbox whose letters are kept and read instead of sent.
#pragma once

#include "accounts/mail_addresses.h"
#include "accounts/password_reset.h"
#include "tests/unit/accounts/factors_test.h"

namespace matinee::accounts {

struct SentLetter
{
    std::string to;
    std::string message; ///< As it goes over the wire.
    std::string text;    ///< What its reader sees.

    /// What comes after '#' in its link.
    [[nodiscard]] std::string token() const;
    [[nodiscard]] std::string code() const;
};

/// The first part of a message in quoted-printable.
std::string readText(const std::string &message);

class MailTest : public FactorsTest
{
protected:
    void SetUp() override;

    /// Those that were caused since the last time. Jobs that write run one after another: all that was begun is done by then.
    std::vector<SentLetter> letters(SystemTime now = kNow);
    static Actor self(const Person &person) { return {Role::User, person.userId}; }
    /// An account, signed in, with a confirmed address.
    Person madeWith(const std::string &name, const std::string &address, Role role = Role::User);
    store::MailAddressRow confirmed(const Person &person, const std::string &address, SystemTime now = kNow);
    MailAddresses::Own own(const Person &person);
    /// Both halves, with a mail address.
    Result<SignUps::Finished> signUpWith(const std::string &name, const std::string &address, SystemTime now = kNow);
    std::string everythingStoredIn(const char *sql);

    bool m_allowsCodes = false;
    mail::Configuration m_configuration;
    MailRules m_rules;
    std::vector<SentLetter> m_letters;
    std::unique_ptr<mail::Outbox> m_outbox;
    std::unique_ptr<Letters> m_writer;
    std::unique_ptr<SecurityLetters> m_security;
    std::unique_ptr<MailAddresses> m_addresses;
    std::unique_ptr<PasswordReset> m_reset;
    std::unique_ptr<MailCodes> m_mailCodes;
};

} // namespace matinee::accounts
