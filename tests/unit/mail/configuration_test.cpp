#include "mail/configuration.h"

#include "settings_file/loader.h"

#include <gmock/gmock.h>

namespace matinee::mail {
namespace {

using testing::HasSubstr;

settings_file::Loaded load(const std::vector<std::pair<std::string, std::string>> &values)
{
    settings_file::Sources sources;
    sources.dataDir = "/nonexistent";
    for (const auto &[key, value] : values)
        sources.overrides.push_back({key, value, "--set"});
    return settings_file::load(sources, settings_file::MissingSecrets::LeaveEmpty);
}

std::string said(const settings_file::Problems &problems)
{
    std::string all;
    for (const auto &problem : problems)
        all += problem.text() + "\n";
    return all;
}

TEST(MailSettings, AreCheckedTogether)
{
    EXPECT_EQ(said(load({}).problems), "");
    EXPECT_EQ(said(load({{"email.smtp_host", "mail.example.org"}, {"email.from_address", "m@example.org"}}).problems), "");
    EXPECT_THAT(said(load({{"email.smtp_host", "mail.example.org"}}).problems), HasSubstr("needs email.from_address as well"));
    EXPECT_THAT(said(load({{"email.smtp_host", "mail.example.org"}, {"email.from_address", "m@example.org"}, {"email.smtp_username", "m"}})
                         .problems),
                HasSubstr("needs email.smtp_password as well"));
    EXPECT_THAT(
        said(load({{"email.smtp_host", "mail.example.org"}, {"email.from_address", "m@example.org"}, {"email.ca_file", "/nonexistent"}})
                 .problems),
        HasSubstr("does not exist or may not be read"));
    for (const char *needy : {"accounts.sign_up_needs_address", "accounts.allow_mail_codes"}) {
        EXPECT_THAT(said(load({{needy, "true"}}).problems), HasSubstr("needs email.smtp_host"));
        EXPECT_EQ(said(load({{needy, "true"}, {"email.smtp_host", "mail.example.org"}, {"email.from_address", "m@example.org"}}).problems),
                  "");
    }
    EXPECT_THAT(said(load({{"accounts.allowed_mail_domains", "exa mple"}}).problems), HasSubstr("a domain such as example.org"));
    EXPECT_THAT(said(load({{"email.from_address", "m@example.org"}}).warnings), HasSubstr("no effect without email.smtp_host"));
    EXPECT_THAT(
        said(load({{"email.smtp_host", "mail.example.org"}, {"email.from_address", "m@example.org"}, {"email.smtp_security", "tls"}})
                 .warnings),
        HasSubstr("port 465"));
    EXPECT_THAT(said(load({{"email.smtp_host", "mail.example.org"},
                           {"email.from_address", "m@example.org"},
                           {"email.smtp_security", "none"},
                           {"email.smtp_username", "m"},
                           {"email.smtp_password", "word-of-mine"}})
                         .warnings),
                HasSubstr("in clear"));
}

TEST(MailSettings, TakeThePasswordThatTheMailAccountHas)
{
    for (const char *password : {"password", "<aaa>", "12345678", "p w"}) {
        const auto loaded = load({{"email.smtp_host", "mail.example.org"},
                                  {"email.from_address", "m@example.org"},
                                  {"email.smtp_username", "m"},
                                  {"email.smtp_password", password}});
        EXPECT_EQ(said(loaded.problems), "") << password;
        EXPECT_EQ(configurationOf(loaded.snapshot).server.password, password);
    }
}

TEST(MailSettings, RefuseWhatIsNoAddress)
{
    for (const char *text :
         {"nobody", "a@localhost", "a b@example.org", "a@127.0.0.1", "Name <a@example.org>", ".a@example.org", "a@example.1"})
        EXPECT_THAT(said(load({{"email.from_address", text}}).problems), HasSubstr("expected a mail address")) << text;
    for (const char *text : {"*", "localhost", "@example.org", "*@example.org", "a@"})
        EXPECT_THAT(said(load({{"email.allow_list", text}}).problems), HasSubstr("expected")) << text;
    EXPECT_EQ(said(load({{"email.allow_list", "example.org,*.example.net,anna@example.com"}}).problems), "");
}

TEST(MailSettings, SayThatThereIsNoMail)
{
    const Configuration none = configurationOf(settings::Snapshot());
    ASSERT_FALSE(none.ready());
    EXPECT_EQ(none.ready().error().code, ErrorCode::FailedPrecondition);
    EXPECT_THAT(none.ready().error().message, HasSubstr("email.smtp_host"));

    settings::Snapshot snapshot;
    snapshot.set(settings::emailSmtpHost, "mail.example.org");
    EXPECT_THAT(configurationOf(snapshot).ready().error().message, HasSubstr("email.from_address"));
    snapshot.set(settings::emailFromAddress, "m@example.org");
    snapshot.set(settings::emailAllowList, std::vector<std::string>{"example.org"});
    const Configuration good = configurationOf(snapshot);
    EXPECT_TRUE(good.ready());
    EXPECT_EQ(good.fromName, "Matinee");
    EXPECT_TRUE(good.mayWriteTo(*parseAddress("a@example.org")));
    EXPECT_EQ(good.mayWriteTo(*parseAddress("a@example.net")).error().code, ErrorCode::PermissionDenied);
}

} // namespace
} // namespace matinee::mail
