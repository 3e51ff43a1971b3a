#include "app/viewer_watch.h"

#include "fake_authenticator.h"
#include "net/worker.h"

#include "matinee/v1/options.pb.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

namespace matinee::app {
namespace {

using namespace std::chrono_literals;

constexpr PermissionSet kMayWatch = kPublicOnly | permissionBit(v1::READ_STREAMS);

template <class Condition> bool eventually(Condition condition)
{
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        std::this_thread::sleep_for(5ms);
    }
    return true;
}

class ViewerWatchTest : public testing::Test
{
protected:
    ViewerWatchTest()
    {
        m_workers.start();
        on([this] {
            Caller caller;
            caller.keyId = "k7f3q2ab";
            caller.permissions = kMayWatch;
            m_watch = std::make_unique<CredentialViewerWatch>(m_authenticator, m_workers.at(0), std::move(caller), [this] { ++m_over; });
        });
    }
    ~ViewerWatchTest() override
    {
        leave();
        m_workers.stop();
    }
    void on(std::function<void()> what)
    {
        std::packaged_task<void()> task(std::move(what));
        auto done = task.get_future();
        m_workers.at(0).post([&task] { task(); });
        done.get();
    }
    void leave()
    {
        on([this] { m_watch.reset(); });
    }

    test::FakeAuthenticator m_authenticator;
    net::WorkerPool m_workers{1};
    std::atomic<int> m_over{0};
    std::unique_ptr<CredentialViewerWatch> m_watch;
};

TEST_F(ViewerWatchTest, ShutsOutWhoseKeyHasEnded)
{
    EXPECT_EQ(m_authenticator.watches(), 1);
    EXPECT_EQ(m_authenticator.looks(), 0) << "nothing is asked while nothing happens";
    m_authenticator.fails(ErrorCode::Unauthenticated);
    m_authenticator.tell();
    EXPECT_TRUE(eventually([&] { return m_over == 1; }));
    EXPECT_EQ(m_authenticator.watches(), 1);
}

TEST_F(ViewerWatchTest, ShutsOutWhoMayDoOtherThingsOnly)
{
    m_authenticator.allows(kPublicOnly | permissionBit(v1::READ_SERVER));
    m_authenticator.tell();
    EXPECT_TRUE(eventually([&] { return m_over == 1; }));
}

TEST_F(ViewerWatchTest, LetsStayWhoMayStillWatchAndWatchesOn)
{
    m_authenticator.allows(kMayWatch);
    m_authenticator.tell();
    ASSERT_TRUE(eventually([&] { return m_authenticator.watches() == 2; }));
    EXPECT_EQ(m_over, 0);
    m_authenticator.fails(ErrorCode::Unauthenticated);
    m_authenticator.tell();
    EXPECT_TRUE(eventually([&] { return m_over == 1; }));
}

TEST_F(ViewerWatchTest, AsksAgainWhereNothingCanBeKnown)
{
    m_authenticator.fails(ErrorCode::Unavailable);
    m_authenticator.tell();
    ASSERT_TRUE(eventually([&] { return m_authenticator.looks() >= 1; }));
    EXPECT_EQ(m_over, 0);
    m_authenticator.fails(ErrorCode::Unauthenticated);
    EXPECT_TRUE(eventually([&] { return m_over == 1; }));
}

TEST_F(ViewerWatchTest, TellsNobodyWhoHasLeft)
{
    leave();
    m_authenticator.fails(ErrorCode::Unauthenticated);
    m_authenticator.tell();
    on([] {}); // what was posted has run
    EXPECT_EQ(m_authenticator.looks(), 0);
    EXPECT_EQ(m_over, 0);
}

} // namespace
} // namespace matinee::app
