#include "common/settings/settings.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace matinee::settings {

namespace {

std::shared_ptr<Snapshot> defaults()
{
    return std::make_shared<Snapshot>();
}

} // namespace

TEST(Snapshot, HoldsTheDefaultsWithTheirTypes)
{
    const Snapshot snapshot;
    EXPECT_EQ(snapshot.get(serverPort), 8080);
    EXPECT_EQ(snapshot.get(serverName), "Matinee");
    EXPECT_EQ(snapshot.get(serverIdleTimeoutSeconds), std::chrono::seconds(60));
    EXPECT_EQ(snapshot.get(adminAllowFrom), std::vector<std::string>{"private"});
    EXPECT_FALSE(snapshot.get(serverHsts));
    EXPECT_EQ(snapshot.origin(*serverPort.declaration).text(), "default");
}

TEST(Settings, AReloadChangesOnlyWhatMayChangeInARunningServer)
{
    Settings settings(defaults());
    auto next = defaults();
    next->set(serverPort, 9000);
    next->set(loggingLevel, "debug");
    const Changes changes = settings.replace(next);

    EXPECT_EQ(settings.get(loggingLevel), "debug");
    EXPECT_EQ(settings.get(serverPort), 8080);
    EXPECT_EQ(changes.applied, std::vector<const Declaration *>{loggingLevel.declaration});
    EXPECT_EQ(changes.needRestart, std::vector<const Declaration *>{serverPort.declaration});
    EXPECT_TRUE(changes.has(loggingLevel));
    EXPECT_FALSE(changes.has(serverPort));
}

TEST(Settings, WhatNeedsARestartIsReportedAgainUntilItIsDone)
{
    Settings settings(defaults());
    auto next = defaults();
    next->set(serverPort, 9000);
    EXPECT_EQ(settings.replace(next).needRestart.size(), 1U);
    EXPECT_EQ(settings.replace(next).needRestart.size(), 1U);
    EXPECT_TRUE(settings.replace(defaults()).needRestart.empty());
}

TEST(Settings, SubscribersAreToldOfChangesAndOnlyOfThose)
{
    Settings settings(defaults());
    int calls = 0;
    std::string seen;
    const auto subscription = settings.subscribe([&](const std::shared_ptr<const Snapshot> &now, const Changes &changes) {
        ++calls;
        EXPECT_TRUE(changes.has(loggingLevel));
        seen = now->get(loggingLevel);
    });
    auto next = defaults();
    settings.replace(next);
    EXPECT_EQ(calls, 0);
    next = defaults();
    next->set(loggingLevel, "warn");
    settings.replace(next);
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(seen, "warn");
    next = std::make_shared<Snapshot>(*next);
    next->set(serverPort, 81); // needs a restart: nobody is told
    settings.replace(next);
    EXPECT_EQ(calls, 1);
}

TEST(Settings, AnEndedSubscriptionIsNotCalledAndMayOutliveTheSettings)
{
    int calls = 0;
    Settings::Subscription outlives;
    {
        Settings settings(defaults());
        auto next = defaults();
        next->set(loggingLevel, "warn");
        {
            const auto subscription = settings.subscribe([&](const auto &, const auto &) { ++calls; });
        }
        settings.replace(next);
        outlives = settings.subscribe([](const auto &, const auto &) {});
    }
    EXPECT_EQ(calls, 0);
}

TEST(Settings, ReadersOnOtherThreadsSeeWholeSnapshots)
{
    // Both values are always changed together, so a reader that sees two different ones saw half a change.
    Settings settings(defaults());
    std::atomic<bool> stop{false};
    std::atomic<int> torn{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back([&] {
            while (!stop) {
                const auto now = settings.current();
                if (now->get(serverMaxConnections) != 20000 && now->get(serverMaxConnections) != now->get(apiRateLimitPerMinute))
                    ++torn;
            }
        });
    }
    for (int i = 100; i < 2100; ++i) {
        auto next = defaults();
        next->set(serverMaxConnections, i);
        next->set(apiRateLimitPerMinute, i);
        settings.replace(next);
    }
    stop = true;
    for (std::thread &reader : readers)
        reader.join();
    EXPECT_EQ(torn, 0);
    EXPECT_EQ(settings.get(serverMaxConnections), 2099);
}

} // namespace matinee::settings
