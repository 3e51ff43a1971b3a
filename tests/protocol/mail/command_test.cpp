// `matinee settings test-email` against a real mail server.
#include "exim.h"
#include "samples.h"

#include "tests/support/places.h"

#include <gmock/gmock.h>

#include <cstdio>
#include <sys/wait.h>
#include <unistd.h>

namespace matinee::mail {
namespace {

using testing::HasSubstr;
using testing::Not;

/// What the command prints, both streams, and its exit code.
std::pair<std::string, int> command(const SmtpServer &server, const std::string &more)
{
    const test::TemporaryFolder data;
    const std::string line =
        "MATINEE_EMAIL_SMTP_PASSWORD='" + server.password + "' " + test::serverProgram() + " --data-dir " + data.path().string() +
        " --set email.smtp_host=" + server.host + " --set email.smtp_port=" + std::to_string(server.port) +
        " --set email.smtp_username=matinee --set email.from_address=matinee@example.org --set email.ca_file=" + server.caFile +
        " settings test-email " + more + " 2>&1";
    FILE *pipe = popen(line.c_str(), "r");
    std::string out;
    char buffer[4096];
    for (std::size_t got = 0; (got = fread(buffer, 1, sizeof buffer, pipe)) > 0;)
        out.append(buffer, got);
    return {out, WEXITSTATUS(pclose(pipe))};
}

TEST(MailCommand, TellsEachStepOfATestMail)
{
    if (::access(test::serverProgram().c_str(), X_OK) != 0)
        GTEST_SKIP() << "the server's program is not built";
    const test::Exim exim;
    const auto [out, exitCode] = command(exim.server(), "anna@example.net --language zh-CN");
    EXPECT_EQ(exitCode, 0) << out;
    for (const char *step : {"Connected: 220", "The connection is encrypted", "Signed in.", "The recipient's address is accepted.",
                             "The mail is accepted: 250"})
        EXPECT_THAT(out, HasSubstr(step));
    const auto mails = exim.mails(1);
    ASSERT_EQ(mails.size(), 1U);
    EXPECT_EQ(textOf(mails[0], "subject"), "来自 Matinee 的测试邮件");

    SmtpServer wrong = exim.server();
    wrong.password = "not-the-password";
    const auto [told, failed] = command(wrong, "anna@example.net");
    EXPECT_EQ(failed, 3) << told;
    EXPECT_THAT(told, HasSubstr("The connection is encrypted"));
    EXPECT_THAT(told, HasSubstr("does not let us in: 535"));
    EXPECT_THAT(told, Not(HasSubstr("not-the-password")));
    EXPECT_EQ(command(exim.server(), "anna").second, 2);
    EXPECT_EQ(command(exim.server(), "anna@example.net --set email.allow_list=example.com").second, 2);
}

} // namespace
} // namespace matinee::mail
