#include "store/job.h"

#include <gtest/gtest.h>

namespace matinee::store {
namespace {

class JobTest : public testing::Test
{
protected:
    std::unique_ptr<Job> make(bool writes = true)
    {
        return std::make_unique<Job>([](Transaction &) { return std::nullopt; },
                                     [this](std::optional<Error> error) {
                                         ++m_answers;
                                         m_error = std::move(error);
                                     },
                                     std::chrono::milliseconds(2000), writes);
    }
    [[nodiscard]] bool says(const char *words) const { return m_error && m_error->message.find(words) != std::string::npos; }

    int m_answers = 0;
    std::optional<Error> m_error;
};

TEST_F(JobTest, ThatExpiresWhileWaitingNeverRuns)
{
    const auto job = make();
    EXPECT_TRUE(job->expire());
    EXPECT_TRUE(says("nothing was changed"));
    EXPECT_EQ(m_error->code, ErrorCode::Unavailable);
    EXPECT_GT(m_error->retryAfter.count(), 0);
    EXPECT_FALSE(job->start());
}

TEST_F(JobTest, ThatExpiresWhileRunningMayNotCommit)
{
    const auto job = make();
    EXPECT_TRUE(job->start());
    EXPECT_TRUE(job->expire());
    EXPECT_TRUE(says("nothing was changed"));
    EXPECT_FALSE(job->enterCommit());
}

TEST_F(JobTest, ThatExpiresWithinCommitSaysThatTheOutcomeIsNotKnown)
{
    const auto job = make();
    EXPECT_TRUE(job->start());
    EXPECT_TRUE(job->enterCommit());
    EXPECT_TRUE(job->expire());
    EXPECT_TRUE(says("not known"));
}

TEST_F(JobTest, IsAnsweredOnce)
{
    const auto job = make();
    EXPECT_TRUE(job->start());
    EXPECT_TRUE(job->enterCommit());
    EXPECT_TRUE(job->answer(std::nullopt));
    EXPECT_FALSE(job->expire());
    EXPECT_FALSE(job->answer(fail(ErrorCode::Internal, "late")));
    EXPECT_EQ(m_answers, 1);
    EXPECT_FALSE(m_error);
}

TEST_F(JobTest, ThatOnlyReadsSpeaksOfNoChange)
{
    const auto job = make(false);
    EXPECT_TRUE(job->expire());
    EXPECT_FALSE(says("chang"));
}

} // namespace
} // namespace matinee::store
