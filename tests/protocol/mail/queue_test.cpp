// The queue in front of a real mail server: it loses nothing, whoever dies.
#include "exim.h"
#include "samples.h"

#include "mail/outbox.h"

#include <gmock/gmock.h>

#include <csignal>
#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

namespace matinee::mail {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const std::string kKey(64, 'a');

class MailQueue : public test::OnEachEngine
{
protected:
    /// Runs the case `Sender.DISABLED_Dies` of this program and tells by which signal it ended.
    int runSender(const char *when, const SmtpServer &server) const
    {
        const pid_t pid = fork();
        if (pid == 0) {
            setenv("MATINEE_TEST_DATABASE", m_url.c_str(), 1);
            setenv("MATINEE_TEST_WHEN", when, 1);
            setenv("MATINEE_TEST_PORT", std::to_string(server.port).c_str(), 1);
            execl("/proc/self/exe", "test_protocol_mail", "--gtest_also_run_disabled_tests", "--gtest_filter=Sender.DISABLED_Dies",
                  nullptr);
            _exit(127);
        }
        int status = 0;
        waitpid(pid, &status, 0);
        return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    }
};

TEST_P(MailQueue, SurvivesAKillBetweenQueueingAndSending)
{
    const test::Exim exim;
    const auto store = openStore();
    ASSERT_EQ(runSender("queued", exim.server()), SIGKILL);
    Outbox box(
        *store, kKey, [&] { return configuredFor(exim.server()); }, nullptr);
    EXPECT_TRUE(box.deliverOne(kNow, {}).worked);
    EXPECT_FALSE(box.deliverOne(kNow + 1h, {}).worked);
    const auto mails = exim.mails(1);
    ASSERT_EQ(mails.size(), 1U);
    EXPECT_THAT(textOf(mails[0].at("parts").as_array()[0].as_object(), "content"), HasSubstr("481516"));
}

TEST_P(MailQueue, SurvivesAKillInTheMiddleOfSending)
{
    const test::Exim exim;
    const auto store = openStore();
    ASSERT_EQ(runSender("sending", exim.server()), SIGKILL);
    Outbox box(
        *store, kKey, [&] { return configuredFor(exim.server()); }, nullptr);
    EXPECT_FALSE(box.deliverOne(kNow + kLease - 1s, {}).worked);
    EXPECT_TRUE(box.deliverOne(kNow + kLease, {}).worked);
    EXPECT_EQ(exim.mails(1).size(), 1U);
}

TEST_P(MailQueue, ArrivesAfterTheServerWasBusy)
{
    const test::Exim exim;
    const auto store = openStore();
    Outbox box(
        *store, kKey, [&] { return configuredFor(exim.server()); }, nullptr);
    exim.setBusy(true);
    ASSERT_RESULT(box.queueNow({*parseAddress("later@example.net"), Kind::Code, Language::Chinese, sample(), kNow + 1h}, kNow));
    EXPECT_TRUE(box.deliverOne(kNow, {}).worked);
    exim.setBusy(false);
    EXPECT_FALSE(box.deliverOne(kNow + 59s, {}).worked);
    EXPECT_TRUE(box.deliverOne(kNow + 60s, {}).worked);
    const auto mails = exim.mails(1);
    ASSERT_EQ(mails.size(), 1U);
    EXPECT_EQ(textOf(mails[0], "subject"), "您在 Film & Friends 的验证码");
}

INSTANTIATE_TEST_SUITE_P(Engines, MailQueue, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

/// The process that MailQueue starts and that ends by kill -9.
TEST(Sender, DISABLED_Dies)
{
    store::StoreOptions options;
    options.url = std::getenv("MATINEE_TEST_DATABASE");
    store::Store store(options, nullptr);
    ASSERT_RESULT(store.open());
    const bool inTheMiddle = std::string_view(std::getenv("MATINEE_TEST_WHEN")) == "sending";
    Outbox box(
        store, kKey, [] { return configuredFor(SmtpServer{"localhost"}); }, nullptr,
        [](const SmtpServer &, const Envelope &, const std::stop_token &) {
            ::kill(getpid(), SIGKILL);
            return Delivery{};
        });
    ASSERT_RESULT(box.queueNow({*parseAddress("anna@example.net"), Kind::Code, Language::English, sample(), kNow + 1h}, kNow));
    if (inTheMiddle)
        box.deliverOne(kNow, {});
    ::kill(getpid(), SIGKILL);
}

} // namespace
} // namespace matinee::mail
