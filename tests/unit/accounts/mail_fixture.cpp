#include "tests/unit/accounts/mail_test.h"

#include <regex>

namespace matinee::accounts {

std::string SentLetter::token() const
{
    std::smatch found;
    return std::regex_search(text, found, std::regex("#([a-z2-7]+)")) ? found[1].str() : std::string();
}

std::string SentLetter::code() const
{
    std::smatch found;
    return std::regex_search(text, found, std::regex("\n([0-9]{6})\n")) ? found[1].str() : std::string();
}

std::string readText(const std::string &message)
{
    const auto part = message.find("Content-Type: text/plain");
    const auto begin = message.find("\r\n\r\n", part) + 4;
    const auto end = message.find("\r\n--=_", begin);
    std::string text;
    for (std::size_t i = begin; i < end; ++i) {
        if (message[i] == '\r')
            continue;
        if (message[i] != '=') {
            text += message[i];
        } else if (message[i + 1] == '\r') {
            i += 2;
        } else {
            text += static_cast<char>(std::stoi(message.substr(i + 1, 2), nullptr, 16));
            i += 2;
        }
    }
    return text;
}

void MailTest::SetUp()
{
    m_factors = FactorPolicy("example.org", {}, [this] { return m_allowsCodes; });
    FactorsTest::SetUp();
    m_configuration.server.host = "mail.test";
    m_configuration.from = *mail::parseAddress("matinee@example.org");
    m_configuration.serverName = "Matinee";
    m_outbox = std::make_unique<mail::Outbox>(
        *m_store, std::string(64, 'a'), [this] { return m_configuration; }, nullptr,
        [this](const mail::SmtpServer &, const mail::Envelope &envelope, const std::stop_token &) {
            m_letters.push_back({envelope.to.text(), envelope.message, readText(envelope.message)});
            return mail::Delivery{mail::Outcome::Sent, mail::Cause::None, "250 ok", {}};
        });
    m_writer = std::make_unique<Letters>(*m_outbox, [] { return std::string("https://watch.example.org"); });
    m_security = std::make_unique<SecurityLetters>(*m_store, *m_writer);
    m_addresses = std::make_unique<MailAddresses>(*m_store, *m_sessions, m_factors, *m_writer, *m_security, [this] { return m_rules; });
    m_reset = std::make_unique<PasswordReset>(*m_store, *m_writer, nullptr);
    m_mailCodes = std::make_unique<MailCodes>(*m_store, *m_writer, seal(), m_factors);
    m_signUps->setMailAddresses(m_addresses.get());
    m_sessions->setWitness(
        {[this](const store::UserRow &user, const store::SessionRow &session, SystemTime now) { m_security->signedIn(user, session, now); },
         [this](const store::SessionRow &session, const std::string &address, SystemTime now) {
             m_security->stolen(session, address, now);
         }});
    m_stepUp.reset();
    m_secondFactor = std::make_unique<SecondFactor>(*m_store, *m_sessions, *m_passkeys, *m_codes, nullptr, m_mailCodes.get());
    m_stepUp = std::make_unique<StepUp>(*m_store, *m_passwords, *m_passkeys, *m_codes, m_factors, nullptr, m_mailCodes.get());
}

std::vector<SentLetter> MailTest::letters(SystemTime now)
{
    m_letters.clear();
    while (m_outbox->deliverOne(now, {}).worked) {
    }
    return m_letters;
}

Person MailTest::madeWith(const std::string &name, const std::string &address, Role role)
{
    const auto outcome = made(name, role);
    Person person = *verify(outcome);
    confirmed(person, address);
    (void)letters();
    return person;
}

store::MailAddressRow MailTest::confirmed(const Person &person, const std::string &address, SystemTime now)
{
    const auto row = await(m_addresses->add(person, address, self(person), now));
    EXPECT_RESULT(row);
    const auto sent = letters(now);
    EXPECT_EQ(sent.size(), 1U);
    EXPECT_RESULT(await(m_addresses->confirm(sent.empty() ? "" : sent.back().token(), {}, nullptr, now)));
    return *row;
}

MailAddresses::Own MailTest::own(const Person &person)
{
    const auto own = await(m_addresses->list(person.userId));
    EXPECT_RESULT(own);
    return *own;
}

Result<SignUps::Finished> MailTest::signUpWith(const std::string &name, const std::string &address, SystemTime now)
{
    const std::string password = "secret of " + name;
    auto client = opaque::ClientRegistration::start(passwordOf(password));
    auto begun = await(m_signUps->begin(name, messageText(client->request()), "", now, address));
    if (!begun)
        return begun.error();
    auto registered = std::move(*client).finish(passwordOf(password), passwordOf(begun->registrationResponse), kFast);
    return await(m_signUps->finish(begun->id, messageText(registered->record), "", {"Firefox on Linux", "192.0.2.1"}, now));
}

std::string MailTest::everythingStoredIn(const char *sql)
{
    const auto rows = m_store->readNow<std::vector<store::Row>>([&](store::Transaction &tx) { return tx.query(sql); });
    EXPECT_RESULT(rows);
    std::string all;
    for (const store::Row &row : *rows)
        for (const QVariant &value : row)
            all += value.toString().toStdString() + " ";
    return all;
}

} // namespace matinee::accounts
