#include "mail/outbox.h"

#include "mail/courier.h"
#include "store/mail_queue.h"
#include "tests/support/database_test.h"

#include <gmock/gmock.h>

#include <deque>
#include <future>

namespace matinee::mail {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using Time = std::chrono::system_clock::time_point;

const Time kNow{std::chrono::seconds(1'790'000'000)};
const std::string kKey(64, 'a');

Configuration working()
{
    Configuration configuration;
    configuration.server.host = "mail.test";
    configuration.from = *parseAddress("matinee@example.org");
    configuration.serverName = "Matinee";
    return configuration;
}

class OutboxTest : public test::OnEachEngine
{
protected:
    void SetUp() override
    {
        OnEachEngine::SetUp();
        m_store = openStore();
    }
    Outbox outbox(const std::string &key = kKey)
    {
        return Outbox(
            *m_store, key, [this] { return m_configuration; }, &m_metrics,
            [this](const SmtpServer &, const Envelope &envelope, const std::stop_token &) {
                m_delivered.push_back(envelope);
                if (m_answers.empty())
                    return Delivery{Outcome::Sent, Cause::None, "250 ok", {}};
                Delivery answer = m_answers.front();
                m_answers.pop_front();
                return answer;
            });
    }
    static Letter letter(const std::string &to = "anna@example.net", Time expiresAt = kNow + 48h)
    {
        return {*parseAddress(to), Kind::Code, Language::English, {"", "", "", "481516", 10min}, expiresAt};
    }
    std::string everythingStored()
    {
        const auto rows = m_store->readNow<std::vector<store::Row>>(
            [](store::Transaction &tx) { return tx.query("SELECT id, recipient, kind, sealed, next_at, attempts FROM mail_queue"); });
        EXPECT_RESULT(rows);
        std::string all;
        for (const store::Row &row : *rows) {
            for (const QVariant &value : row)
                all += value.toString().toStdString() + " ";
        }
        return all;
    }
    std::unique_ptr<store::Store> m_store;
    observe::Metrics m_metrics;
    Configuration m_configuration = working();
    std::deque<Delivery> m_answers;
    std::vector<Envelope> m_delivered;
};

TEST_P(OutboxTest, DeliversWhatWasQueuedOnce)
{
    auto box = outbox();
    ASSERT_RESULT(box.queueNow(letter(), kNow));
    ASSERT_TRUE(box.deliverOne(kNow, {}).worked);
    ASSERT_EQ(m_delivered.size(), 1U);
    EXPECT_EQ(m_delivered[0].to.text(), "anna@example.net");
    EXPECT_THAT(m_delivered[0].message, HasSubstr("481516"));
    EXPECT_FALSE(box.deliverOne(kNow + 1h, {}).worked);
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_mail_sent_total 1"));
}

TEST_P(OutboxTest, KeepsNoSecretInTheDatabase)
{
    auto box = outbox();
    ASSERT_RESULT(box.queueNow(letter(), kNow));
    EXPECT_THAT(everythingStored(), Not(HasSubstr("481516")));
    EXPECT_THAT(everythingStored(), Not(HasSubstr("anna")));
    EXPECT_THAT(everythingStored(), HasSubstr("v1:"));
    box.deliverOne(kNow, {});
    EXPECT_THAT(everythingStored(), Not(HasSubstr("v1:")));
}

TEST_P(OutboxTest, TriesAgainWithTheSameMessageId)
{
    auto box = outbox();
    ASSERT_RESULT(box.queueNow(letter(), kNow));
    m_answers = {{Outcome::Later, Cause::Deferred, "451 busy", {}}, {Outcome::Later, Cause::Deferred, "451 busy", {}}};
    EXPECT_TRUE(box.deliverOne(kNow, {}).worked);
    const Outbox::Turn early = box.deliverOne(kNow + 59s, {});
    EXPECT_FALSE(early.worked);
    EXPECT_EQ(early.next, kNow + 60s);
    EXPECT_TRUE(box.deliverOne(kNow + 60s, {}).worked);
    EXPECT_FALSE(box.deliverOne(kNow + 5min, {}).worked);
    EXPECT_TRUE(box.deliverOne(kNow + 6min, {}).worked);
    ASSERT_EQ(m_delivered.size(), 3U);
    const auto idOf = [](const std::string &message) { return message.substr(message.find("Message-ID"), 60); };
    EXPECT_EQ(idOf(m_delivered[0].message), idOf(m_delivered[2].message));
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_mail_postponed_total{reason=\"deferred\"} 2"));
}

TEST_P(OutboxTest, GivesUpAfterADayAndDropsWhatIsRefused)
{
    auto box = outbox();
    ASSERT_RESULT(box.queueNow(letter("a@example.net"), kNow));
    int tries = 0;
    for (Time now = kNow; now < kNow + 72h; now += 5min) {
        m_answers = {{Outcome::Later, Cause::Deferred, "451 busy", {}}};
        tries += box.deliverOne(now, {}).worked ? 1 : 0;
    }
    EXPECT_EQ(tries, 11);
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_mail_failed_total{reason=\"gave_up\"} 1"));
    m_answers = {{Outcome::Refused, Cause::Refused, "550 no", {}}};
    ASSERT_RESULT(box.queueNow(letter("b@example.net", kNow + 200h), kNow + 80h));
    EXPECT_TRUE(box.deliverOne(kNow + 80h, {}).worked);
    EXPECT_FALSE(box.deliverOne(kNow + 90h, {}).worked);
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_mail_failed_total{reason=\"refused\"} 1"));
}

TEST_P(OutboxTest, SendsNothingThatHasExpired)
{
    auto box = outbox();
    EXPECT_FALSE(box.queueNow(letter("a@example.net", kNow), kNow));
    ASSERT_RESULT(box.queueNow(letter("a@example.net", kNow + 10min), kNow));
    EXPECT_TRUE(box.deliverOne(kNow + 10min, {}).worked);
    EXPECT_TRUE(m_delivered.empty());
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_mail_failed_total{reason=\"expired\"} 1"));
}

TEST_P(OutboxTest, LeavesAServerInPeaceThatCannotBeUsed)
{
    auto box = outbox();
    ASSERT_RESULT(box.queueNow(letter("a@example.net"), kNow));
    ASSERT_RESULT(box.queueNow(letter("b@example.net"), kNow));
    m_answers = {{Outcome::Later, Cause::SignIn, "535 no", {}}};
    EXPECT_TRUE(box.deliverOne(kNow, {}).worked);
    const Outbox::Turn paused = box.deliverOne(kNow + 1s, {});
    EXPECT_FALSE(paused.worked);
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_mail_queued 2"));
    EXPECT_TRUE(box.deliverOne(kNow + 1min, {}).worked);
    EXPECT_TRUE(box.deliverOne(kNow + 1min, {}).worked);
    EXPECT_EQ(m_delivered.size(), 3U);
}

TEST_P(OutboxTest, SaysWhyItTakesNone)
{
    auto box = outbox();
    m_configuration.allowed = AllowList(std::vector<std::string>{"example.org"});
    EXPECT_EQ(box.queueNow(letter(), kNow).error().code, ErrorCode::PermissionDenied);
    m_configuration = Configuration{};
    EXPECT_EQ(box.queueNow(letter(), kNow).error().code, ErrorCode::FailedPrecondition);
    m_configuration = working();
    for (int i = 0; i < kMaxPerRecipient; ++i)
        ASSERT_RESULT(box.queueNow(letter(i % 2 == 0 ? "Anna@example.net" : "anna@example.net"), kNow));
    EXPECT_EQ(box.queueNow(letter(), kNow + 1min).error().code, ErrorCode::RateLimited);
    EXPECT_TRUE(box.queueNow(letter("other@example.net"), kNow));
    EXPECT_TRUE(box.queueNow(letter(), kNow + 61min));
}

TEST_P(OutboxTest, CountsMailsThatHaveGoneUntilTheHourIsOver)
{
    auto box = outbox();
    for (int i = 0; i < kMaxPerRecipient; ++i) {
        ASSERT_RESULT(box.queueNow(letter(), kNow));
        EXPECT_TRUE(box.deliverOne(kNow, {}).worked);
    }
    EXPECT_FALSE(box.queueNow(letter(), kNow + 30min));
    box.deliverOne(kNow + 2h, {}); // forgets them, without anybody waiting for it
    for (int i = 0; i < 200 && !everythingStored().empty(); ++i)
        std::this_thread::sleep_for(10ms);
    EXPECT_EQ(everythingStored(), "");
}

TEST_P(OutboxTest, HasABound)
{
    const auto full = m_store->writeNow<bool>([](store::Transaction &tx) -> Result<bool> {
        const store::MailRow row{"x", "r", "code", "v1:", kNow, kNow, kNow + 1h, 0};
        if (auto put = store::insertMail(tx, row, {1, 10, kNow - 1h}); !put)
            return put.error();
        store::MailRow other = row;
        other.id = "y";
        const auto second = store::insertMail(tx, other, {1, 10, kNow - 1h});
        return !second && second.error().code == ErrorCode::Unavailable;
    });
    ASSERT_RESULT(full);
    EXPECT_TRUE(*full);
}

TEST_P(OutboxTest, DropsWhatItCannotDecrypt)
{
    ASSERT_RESULT(outbox().queueNow(letter(), kNow));
    auto other = outbox(std::string(64, 'b'));
    EXPECT_TRUE(other.deliverOne(kNow, {}).worked);
    EXPECT_TRUE(m_delivered.empty());
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_mail_failed_total{reason=\"unreadable\"} 1"));
}

TEST_P(OutboxTest, GivesAMailToOneCourierOnly)
{
    auto box = outbox();
    ASSERT_RESULT(box.queueNow(letter(), kNow));
    const auto claim = [this](Time now) {
        return *m_store->writeNow<std::optional<store::MailRow>>(
            [now](store::Transaction &tx) { return store::claimMail(tx, now, now + kLease); });
    };
    EXPECT_TRUE(claim(kNow));
    EXPECT_FALSE(claim(kNow + 4min));
    EXPECT_TRUE(claim(kNow + 5min)); // whoever had it is gone
}

TEST_P(OutboxTest, HasACourierThatWakesAndStops)
{
    std::promise<std::string> delivered;
    Outbox box(*m_store, kKey, working, nullptr, [&](const SmtpServer &, const Envelope &envelope, const std::stop_token &) {
        delivered.set_value(envelope.to.text());
        return Delivery{Outcome::Sent, Cause::None, "250 ok", {}};
    });
    const Courier courier(box);
    const auto now = std::chrono::system_clock::now();
    const Result<void> queued = test::await(box.sendTest(*parseAddress("anna@example.net"), Language::Chinese, now));
    ASSERT_RESULT(queued);
    EXPECT_EQ(delivered.get_future().get(), "anna@example.net");
}

TEST(OutboxLog, ShowsOfAnAddressOnlyWhatIsNeeded)
{
    EXPECT_EQ(masked(*parseAddress("anna@example.net")), "a***@example.net");
}

INSTANTIATE_TEST_SUITE_P(Engines, OutboxTest, testing::Values(store::Engine::Sqlite, store::Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::mail
