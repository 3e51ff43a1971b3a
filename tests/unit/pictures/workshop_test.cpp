// The workshop with a real process: this program started once more, which answers as the first byte of the key frame says.
#include "pictures/workshop.h"
#include "relay/channel.h"
#include "relay/spawn.h"

#include <gmock/gmock.h>

#include <csignal>
#include <future>
#include <thread>

#include <unistd.h>

namespace matinee::pictures {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// 'P': a picture of the rest. 'R': refused. 'D': dies. 'S': says nothing more. 'U': this system has no libavcodec.
int actProcess()
{
    relay::Channel channel(relay::kChannelDescriptor);
    for (;;) {
        const auto message = channel.next(10s);
        if (!message)
            return 0;
        if (const auto *const sheet = std::get_if<relay::wire::SheetOrder>(&*message)) {
            relay::wire::Picture picture{sheet->id, sheet->tileWidth, sheet->tileHeight, {}};
            for (const auto &jpeg : sheet->jpegs)
                picture.jpeg.insert(picture.jpeg.end(), jpeg.begin(), jpeg.end());
            (void)channel.send(picture);
        }
        if (const auto *const portrait = std::get_if<relay::wire::PortraitOrder>(&*message)) {
            const auto why = portrait->file.front() == 'R' ? relay::wire::Refusal::Material : relay::wire::Refusal::System;
            if (portrait->file.front() == 'P')
                (void)channel.send(relay::wire::Picture{portrait->id, portrait->side, portrait->side, portrait->file});
            else
                (void)channel.send(relay::wire::PictureRefused{portrait->id, "no WebP here", why});
        }
        const auto *const order = std::get_if<relay::wire::PictureOrder>(&*message);
        if (!order)
            continue;
        switch (order->keyFrame.front()) {
        case 'P':
            (void)channel.send(relay::wire::Picture{order->id, order->maxWidth, order->maxHeight, order->keyFrame});
            break;
        case 'R':
            (void)channel.send(relay::wire::PictureRefused{order->id, "no decoder\nfor this"});
            break;
        case 'S':
            std::this_thread::sleep_for(60s);
            break;
        case 'U':
            (void)channel.send(relay::wire::Failure{relay::wire::Reason::Unsupported, "no libavcodec here"});
            return 1;
        default:
            ::_exit(3);
        }
    }
}

class WorkshopTest : public testing::Test
{
protected:
    WorkshopTest() { workers.start(); }
    ~WorkshopTest() override
    {
        if (shop) {
            shop->drain();
            for (int i = 0; i < 2000 && !shop->isIdle(); ++i)
                std::this_thread::sleep_for(5ms);
            EXPECT_TRUE(shop->isIdle());
        }
        workers.stop();
    }
    void open(WorkshopOptions options = {.firstPause = 5ms}) { shop = std::make_shared<Workshop>(workers.at(0), options, nullptr); }

    static Drawing drawing(const std::string &text)
    {
        auto track = std::make_shared<media::Track>();
        track->config = {1};
        auto frame = std::make_shared<media::Frame>();
        frame->track = track;
        frame->key = true;
        frame->payload.assign(text.begin(), text.end());
        return {frame, {160, 90}, 70};
    }
    static Task<void> keep(Task<Result<Picture>> task, std::shared_ptr<std::promise<Result<Picture>>> into)
    {
        into->set_value(co_await std::move(task));
    }
    std::future<Result<Picture>> order(const std::string &text, Urgency urgency = Urgency::Asked, std::size_t worker = 1)
    {
        auto promise = std::make_shared<std::promise<Result<Picture>>>();
        auto future = promise->get_future();
        workers.at(worker).spawn("test", keep(shop->draw(drawing(text), urgency), std::move(promise)));
        return future;
    }

    std::future<Result<Picture>> portrait(std::string file)
    {
        Portrait portrait;
        portrait.file = std::make_shared<const std::string>(std::move(file));
        portrait.side = 128;
        auto promise = std::make_shared<std::promise<Result<Picture>>>();
        auto future = promise->get_future();
        workers.at(1).spawn("test", keep(shop->portray(std::move(portrait), Urgency::Asked), std::move(promise)));
        return future;
    }

    net::WorkerPool workers{2};
    std::shared_ptr<Workshop> shop;
};

TEST_F(WorkshopTest, AnOrderFromAnyWorkerComesBackAsAPicture)
{
    open();
    EXPECT_EQ(shop->process(), 0) << "no process before it is needed";
    for (const std::size_t worker : {0U, 1U}) {
        const auto picture = order("Pxy", Urgency::Asked, worker).get();
        ASSERT_TRUE(picture) << picture.error().message;
        EXPECT_EQ(*picture->jpeg, "Pxy");
        EXPECT_EQ(picture->size, (TileSize{160, 90}));
    }
    EXPECT_NE(shop->process(), 0);
    EXPECT_EQ(shop->waiting(), 0U);
}

TEST_F(WorkshopTest, SheetsAreMadeByTheSameProcess)
{
    open();
    (void)order("P").get();
    const auto process = shop->process();
    Assembly assembly;
    assembly.tile = {160, 90};
    assembly.jpegs = {std::make_shared<const std::string>("one,"), std::make_shared<const std::string>("two")};
    auto promise = std::make_shared<std::promise<Result<Picture>>>();
    auto future = promise->get_future();
    workers.at(1).spawn("test", keep(shop->assemble(assembly, Urgency::Background), promise));
    const auto sheet = future.get();
    ASSERT_TRUE(sheet) << sheet.error().message;
    EXPECT_EQ(*sheet->jpeg, "one,two");
    EXPECT_EQ(shop->process(), process);
}

TEST_F(WorkshopTest, ARefusalIsHandedOnInPlainWords)
{
    open();
    const auto refused = order("R").get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::FailedPrecondition);
    EXPECT_EQ(refused.error().message, "no decoder?for this");
}

TEST_F(WorkshopTest, APortraitTellsWhetherTheFileOrTheSystemIsAtFault)
{
    open();
    const auto made = portrait("P").get();
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(*made->jpeg, "P");
    EXPECT_EQ(made->size, (TileSize{128, 128}));
    const auto bad = portrait("R").get();
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(bad.error().field, "image");
    const auto unable = portrait("U").get();
    ASSERT_FALSE(unable);
    EXPECT_EQ(unable.error().code, ErrorCode::FailedPrecondition);
    EXPECT_EQ(unable.error().message, "no WebP here");
    for (const std::size_t size : {std::size_t{0}, (std::size_t{4} << 20) + 1}) {
        const auto refused = portrait(std::string(size, 'P')).get();
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument) << "and is not sent";
    }
    EXPECT_TRUE(portrait(std::string(std::size_t{4} << 20, 'P')).get());
}

TEST_F(WorkshopTest, ADeathCostsTheOrdersUnderWayAndNothingElse)
{
    open();
    ASSERT_TRUE(order("P").get());
    const auto first = shop->process();
    const auto lost = order("D").get();
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, ErrorCode::Unavailable);
    const auto after = order("P").get();
    ASSERT_TRUE(after) << after.error().message;
    EXPECT_NE(shop->process(), first);
}

TEST_F(WorkshopTest, AProcessThatIsKilledUnderwayIsReplaced)
{
    open();
    ASSERT_TRUE(order("P").get());
    const auto first = shop->process();
    ASSERT_EQ(::kill(first, SIGKILL), 0);
    for (int i = 0; i < 20; ++i) { // one that is under way as it dies may be lost
        if (order("P").get())
            break;
    }
    EXPECT_TRUE(order("P").get());
    EXPECT_NE(shop->process(), first);
}

TEST_F(WorkshopTest, AnOrderThatTakesTooLongEndsTheProcess)
{
    open({.patience = 2s, .firstPause = 5ms}); // enough for the next process, on a machine that is busy, to begin and answer
    const auto stuck = order("S").get();
    ASSERT_FALSE(stuck);
    EXPECT_EQ(stuck.error().code, ErrorCode::Unavailable);
    EXPECT_TRUE(order("P").get());
}

TEST_F(WorkshopTest, TheProcessEndsWhenNobodyHasOrderedForAWhile)
{
    open({.idle = 50ms});
    ASSERT_TRUE(order("P").get());
    for (int i = 0; i < 2000 && !shop->isIdle(); ++i)
        std::this_thread::sleep_for(5ms);
    EXPECT_TRUE(shop->isIdle());
    EXPECT_EQ(shop->process(), 0);
    EXPECT_TRUE(order("P").get()) << "and begins again";
}

TEST_F(WorkshopTest, WithoutPatienceTheProcessEndsWithTheLastOrder)
{
    open({.idle = 0ms, .firstPause = 5ms, .isAwaited = true});
    for (int i = 0; i < 5; ++i) {
        std::vector<std::future<Result<Picture>>> all;
        for (int j = 0; j < 12; ++j)
            all.push_back(portrait("P"));
        for (auto &one : all)
            EXPECT_TRUE(one.get());
    }
    for (int i = 0; i < 2000 && !shop->isIdle(); ++i)
        std::this_thread::sleep_for(5ms);
    EXPECT_TRUE(shop->isIdle());
    EXPECT_EQ(shop->process(), 0);
}

TEST_F(WorkshopTest, WhereTheSystemCannotItIsSaidToAllWithoutAskingAgain)
{
    open();
    const auto first = order("U").get();
    ASSERT_FALSE(first);
    const auto second = order("P").get();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::FailedPrecondition);
    EXPECT_THAT(second.error().message, HasSubstr("no libavcodec here"));
}

TEST_F(WorkshopTest, MoreOrdersThanTheQueueHoldsAreRefused)
{
    open({.patience = 400ms, .firstPause = 5ms, .queue = 4});
    std::vector<std::future<Result<Picture>>> all;
    all.push_back(order("S"));
    for (int i = 0; i < 30; ++i)
        all.push_back(order("P", Urgency::Background));
    int full = 0;
    for (auto &one : all) {
        const auto answer = one.get();
        if (!answer && answer.error().message.find("Too many") != std::string::npos)
            ++full;
    }
    EXPECT_GT(full, 0);
    EXPECT_EQ(shop->waiting(), 0U);
}

TEST_F(WorkshopTest, WhatNoProcessCouldDrawIsNotSent)
{
    open();
    for (const auto &text : {std::string(), std::string(std::size_t{16} << 20, 'P')}) {
        const auto refused = order(text).get();
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, ErrorCode::FailedPrecondition);
    }
    EXPECT_EQ(shop->process(), 0);
}

TEST_F(WorkshopTest, AProgramThatIsNotThereIsSaidSo)
{
    open({.program = "/nonexistent/matinee", .firstPause = 5ms});
    const auto none = order("P").get();
    ASSERT_FALSE(none);
    EXPECT_THAT(none.error().message, HasSubstr("could not be started"));
}

TEST_F(WorkshopTest, WhoWaitsWhenTheServerStopsIsTold)
{
    open();
    auto waiting = order("S");
    while (shop->process() == 0)
        std::this_thread::sleep_for(1ms);
    shop->drain();
    const auto told = waiting.get();
    ASSERT_FALSE(told);
    EXPECT_THAT(told.error().message, HasSubstr("stopping"));
    EXPECT_FALSE(order("P").get());
}

} // namespace
} // namespace matinee::pictures

int main(int argc, char **argv)
{
    if (argc == 2 && std::string_view(argv[1]) == matinee::relay::kChildCommand)
        return matinee::pictures::actProcess();
    testing::InitGoogleMock(&argc, argv);
    return RUN_ALL_TESTS();
}
