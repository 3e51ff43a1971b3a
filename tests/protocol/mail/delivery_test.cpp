// Delivery through a real mail server, read back by a mail parser that is not ours.
#include "exim.h"
#include "samples.h"

#include "mail/smtp.h"

#include <gmock/gmock.h>

#include <thread>

namespace matinee::mail {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Envelope envelopeTo(const std::string &to, Kind kind = Kind::Code, Language language = Language::English)
{
    return composed(configuredFor(SmtpServer{}), *parseAddress(to), kind, language, sample(),
                    "id-" + std::string(kindName(kind).substr(0, 3)), kNow);
}

TEST(MailDelivery, ArrivesAsItWasWrittenInBothLanguages)
{
    const test::Exim exim;
    for (const Kind kind : {Kind::VerifyAddress, Kind::ResetPassword, Kind::NewDevice, Kind::Code, Kind::Test}) {
        for (const Language language : {Language::English, Language::Chinese}) {
            const std::string to = std::string(kindName(kind)) + "+" + std::string(languageTag(language)) + "@example.net";
            const Delivery delivery = deliver(exim.server(), envelopeTo(to, kind, language), {});
            ASSERT_EQ(delivery.outcome, Outcome::Sent) << delivery.words;
            EXPECT_THAT(delivery.steps, Contains("The connection is encrypted, and the certificate is the server's."));
            EXPECT_THAT(delivery.steps, Contains("Signed in."));
            EXPECT_THAT(delivery.words, testing::StartsWith("250"));
        }
    }
    const auto mails = exim.mails(10);
    ASSERT_EQ(mails.size(), 10U);
    for (const json::object &mail : mails) {
        const std::string to = textOf(mail, "envelope_to");
        const auto kind = kindNamed(to.substr(0, to.find('+')));
        ASSERT_TRUE(kind);
        const Language language = languageOf(to.substr(to.find('+') + 1, 2));
        Values values = sample();
        values.server = "Film & Friends";
        const Text expected = render(*kind, language, values);
        EXPECT_EQ(textOf(mail, "subject"), expected.subject);
        EXPECT_EQ(textOf(mail, "from_name"), "放映室, \"Club\"");
        EXPECT_EQ(textOf(mail, "from"), "matinee@example.org");
        EXPECT_EQ(mail.at("to"), json::array({to}));
        EXPECT_EQ(textOf(mail, "return_path"), "<matinee@example.org>");
        EXPECT_THAT(textOf(mail, "received"), HasSubstr("with esmtpsa"));
        EXPECT_EQ(mail.at("date").to_number<double>(), 1'790'000'000.0);
        EXPECT_EQ(textOf(mail, "message_id"), "<id-" + std::string(kindName(*kind).substr(0, 3)) + "@example.org>");
        EXPECT_EQ(textOf(mail, "auto_submitted"), "auto-generated");
        EXPECT_EQ(textOf(mail, "language"), languageTag(language));
        EXPECT_EQ(textOf(mail, "type"), "multipart/alternative");
        EXPECT_EQ(mail.at("header_count").to_number<int>(), 0);
        EXPECT_THAT(json::serialize(mail.at("defects")), "[]");
        const json::array &parts = mail.at("parts").as_array();
        ASSERT_EQ(parts.size(), 2U);
        EXPECT_EQ(textOf(parts[0].as_object(), "type"), "text/plain");
        EXPECT_EQ(textOf(parts[1].as_object(), "type"), "text/html");
        // The line break before a boundary belongs to the boundary; ours is an empty line.
        EXPECT_EQ(textOf(parts[0].as_object(), "content"), expected.text);
        EXPECT_EQ(textOf(parts[1].as_object(), "content"), expected.html);
    }
}

TEST(MailDelivery, SpeaksTlsFromTheStart)
{
    const test::Exim exim({.startTls = true, .tlsFromStart = true});
    const Delivery delivery = deliver(exim.server(), envelopeTo("anna@example.net"), {});
    EXPECT_EQ(delivery.outcome, Outcome::Sent) << delivery.words;
    ASSERT_FALSE(delivery.steps.empty());
    EXPECT_THAT(delivery.steps[0], HasSubstr("Connected by TLS"));
    EXPECT_EQ(exim.mails(1).size(), 1U);
}

TEST(MailDelivery, GivesNothingToAServerWithoutStartTls)
{
    const test::Exim exim({.startTls = false});
    const Delivery delivery = deliver(exim.server(), envelopeTo("anna@example.net"), {});
    EXPECT_EQ(delivery.outcome, Outcome::Later);
    EXPECT_EQ(delivery.cause, Cause::Tls);
    EXPECT_THAT(delivery.words, HasSubstr("offers no STARTTLS"));
    EXPECT_THAT(delivery.steps, Not(Contains("Signed in.")));
    // It would have let us in: only the setting says no.
    SmtpServer open = exim.server();
    open.security = Security::None;
    EXPECT_EQ(deliver(open, envelopeTo("anna@example.net"), {}).outcome, Outcome::Sent);
}

TEST(MailDelivery, TellsOfAWrongPassword)
{
    const test::Exim exim;
    SmtpServer server = exim.server();
    server.password = "not-the-password";
    const Delivery wrong = deliver(server, envelopeTo("anna@example.net"), {});
    EXPECT_EQ(wrong.outcome, Outcome::Later);
    EXPECT_EQ(wrong.cause, Cause::SignIn) << wrong.words;
    EXPECT_THAT(wrong.words, HasSubstr("535"));
    for (const std::string &step : wrong.steps)
        EXPECT_THAT(step, Not(HasSubstr("not-the-password")));
    EXPECT_THAT(wrong.words, Not(HasSubstr("not-the-password")));
}

TEST(MailDelivery, TrustsNoOtherCertificate)
{
    const test::Exim exim;
    SmtpServer other = exim.server();
    other.caFile = exim.otherAuthority();
    SmtpServer system = exim.server();
    system.caFile.clear();
    SmtpServer otherName = exim.server();
    otherName.host = "127.0.0.1";
    for (const SmtpServer &server : {other, system, otherName}) {
        const Delivery delivery = deliver(server, envelopeTo("anna@example.net"), {});
        EXPECT_EQ(delivery.outcome, Outcome::Later);
        EXPECT_EQ(delivery.cause, Cause::Tls) << delivery.words;
        EXPECT_THAT(delivery.steps, Not(Contains("Signed in.")));
    }
    EXPECT_THAT(exim.log(), Not(HasSubstr("<= ")));
}

TEST(MailDelivery, KnowsRefusalsFromDelays)
{
    const test::Exim exim;
    const Delivery refused = deliver(exim.server(), envelopeTo("unknown@example.net"), {});
    EXPECT_EQ(refused.outcome, Outcome::Refused);
    EXPECT_THAT(refused.words, HasSubstr("550 No such user here"));
    exim.setBusy(true);
    const Delivery later = deliver(exim.server(), envelopeTo("later@example.net"), {});
    EXPECT_EQ(later.outcome, Outcome::Later);
    EXPECT_EQ(later.cause, Cause::Deferred);
    EXPECT_THAT(later.words, HasSubstr("451 Mailbox busy"));
    exim.setBusy(false);
    EXPECT_EQ(deliver(exim.server(), envelopeTo("later@example.net"), {}).outcome, Outcome::Sent);
    exim.setClosed(true);
    const Delivery closed = deliver(exim.server(), envelopeTo("anna@example.net"), {});
    EXPECT_EQ(closed.outcome, Outcome::Later);
    EXPECT_EQ(closed.cause, Cause::Network);
    EXPECT_THAT(closed.words, HasSubstr("Closed for the night"));
    exim.setClosed(false);
    SmtpServer nobody = exim.server();
    nobody.username.clear();
    EXPECT_EQ(deliver(nobody, envelopeTo("anna@example.net"), {}).outcome, Outcome::Refused); // 550, as this one says it
}

TEST(MailDelivery, LosesNothingWhenTheServerDiesInTheMiddle)
{
    test::Exim exim;
    exim.setSlow(true);
    Delivery delivery;
    std::thread sender([&] { delivery = deliver(exim.server(), envelopeTo("anna@example.net"), {}); });
    for (int i = 0; i < 1000 && !exim.isReceiving(); ++i)
        std::this_thread::sleep_for(10ms);
    EXPECT_TRUE(exim.isReceiving());
    exim.kill();
    sender.join();
    EXPECT_EQ(delivery.outcome, Outcome::Later);
    EXPECT_EQ(delivery.cause, Cause::Network) << delivery.words;
    const Delivery gone = deliver(exim.server(), envelopeTo("anna@example.net"), {});
    EXPECT_EQ(gone.cause, Cause::Network) << gone.words;
    EXPECT_THAT(gone.steps, IsEmpty());
    exim.setSlow(false);
    exim.start();
    EXPECT_EQ(deliver(exim.server(), envelopeTo("anna@example.net"), {}).outcome, Outcome::Sent);
    EXPECT_EQ(exim.mails(1).size(), 1U);
}

TEST(MailDelivery, EndsWhenItIsStopped)
{
    const test::Exim exim;
    exim.setSlow(true);
    std::stop_source stop;
    Delivery delivery;
    std::thread sender([&] { delivery = deliver(exim.server(), envelopeTo("anna@example.net"), stop.get_token()); });
    for (int i = 0; i < 1000 && !exim.isReceiving(); ++i)
        std::this_thread::sleep_for(10ms);
    EXPECT_TRUE(exim.isReceiving());
    stop.request_stop();
    sender.join(); // the server would think for 30 s
    EXPECT_EQ(delivery.cause, Cause::Stopped) << delivery.words;
}

} // namespace
} // namespace matinee::mail
