#include "pictures/poster_desk.h"
#include "tests/unit/pictures/illustration.h"

#include <gmock/gmock.h>

namespace matinee::pictures {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class PosterDeskTest : public PictureTest
{
protected:
    std::shared_ptr<PosterDesk> open(PosterOptions options = {}) { return std::make_shared<PosterDesk>(registry, illustrator, options); }
};

TEST(PosterWidth, IsOneOfAFewOrTheUsualOne)
{
    EXPECT_EQ(posterWidth(""), kPosterWidth);
    EXPECT_EQ(posterWidth("320"), 320);
    for (const char *wrong : {"321", "0", "-160", "1e3", "160x", "99999999999", " 160"})
        EXPECT_FALSE(posterWidth(wrong)) << wrong;
}

TEST_F(PosterDeskTest, ThePosterIsOfTheNewestKeyFrame)
{
    const auto desk = open();
    publish("show");
    key(0, 1);
    key(2000, 2);
    const auto poster = await(desk->poster("show", 640));
    ASSERT_TRUE(poster) << poster.error().message;
    EXPECT_EQ(*poster->picture.jpeg, "picture 2");
    EXPECT_EQ(poster->picture.size.width, 640);
    stopPublishing();
}

TEST_F(PosterDeskTest, ManyWhoAskWithinFiveSecondsGetOneAndTheSame)
{
    const auto desk = open({.fresh = 1h});
    publish("show");
    key(0, 1);
    illustrator->held = true;
    std::vector<std::future<Result<Poster>>> all;
    for (std::size_t i = 0; i < 20; ++i)
        all.push_back(begin(desk->poster("show", 640), i % 2));
    EXPECT_TRUE(eventually([&] { return illustrator->drawn == 1; }));
    illustrator->held = false;
    std::set<std::string> tags;
    for (auto &one : all)
        tags.insert(one.get()->tag);
    EXPECT_EQ(tags.size(), 1U);
    key(2000, 2);
    EXPECT_EQ(*await(desk->poster("show", 640))->picture.jpeg, "picture 1") << "fresh enough";
    EXPECT_EQ(illustrator->drawn, 1);
    stopPublishing();
}

TEST_F(PosterDeskTest, WhenItIsNoLongerFreshItIsMadeAgainUnlessTheKeyFrameIsTheSame)
{
    const auto desk = open({.fresh = 0ms});
    publish("show");
    key(0, 1);
    const auto first = await(desk->poster("show", 640));
    const auto same = await(desk->poster("show", 640));
    EXPECT_EQ(first->tag, same->tag);
    EXPECT_EQ(illustrator->drawn, 1);
    key(2000, 2);
    const auto second = await(desk->poster("show", 640));
    EXPECT_EQ(*second->picture.jpeg, "picture 2");
    EXPECT_NE(second->tag, first->tag);
    stopPublishing();
}

TEST_F(PosterDeskTest, TheLastPosterStaysWhenTheStreamIsOverInTheNearestWidthThatThereIs)
{
    const auto desk = open();
    publish("show");
    key(0, 7);
    ASSERT_TRUE(await(desk->poster("show", 640)));
    stopPublishing();
    ASSERT_FALSE(registry.isLive("show"));
    EXPECT_EQ(await(desk->poster("show", 640))->picture.size.width, 640);
    EXPECT_EQ(await(desk->poster("show", 160))->picture.size.width, 640) << "larger rather than none";
    EXPECT_EQ(await(desk->poster("show", 1280))->picture.size.width, 640);
    desk->forget("show");
    const auto gone = await(desk->poster("show", 640));
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, ErrorCode::NotFound);
}

TEST_F(PosterDeskTest, WhoAsksWhileNoKeyFrameHasComeWaitsForAWhileAndIsToldSo)
{
    const auto desk = open({.patience = 60ms});
    publish("show");
    write({live::frame(video, 0, false)});
    const auto none = await(desk->poster("show", 640));
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, ErrorCode::NotFound);
    EXPECT_GT(none.error().retryAfter.count(), 0);
    stopPublishing();
}

TEST_F(PosterDeskTest, AKeyFrameThatComesWhileSomebodyWaitsIsShown)
{
    const auto desk = open({.patience = 20s});
    publish("show");
    write({live::frame(video, 0, false)});
    auto waiting = begin(desk->poster("show", 640));
    EXPECT_EQ(waiting.wait_for(30ms), std::future_status::timeout);
    key(2000, 5);
    const auto poster = waiting.get();
    ASSERT_TRUE(poster) << poster.error().message;
    EXPECT_EQ(*poster->picture.jpeg, "picture 5");
    stopPublishing();
}

TEST_F(PosterDeskTest, WhatCannotBeDrawnIsSaidInWordsAndNotTriedWithEachRequest)
{
    const auto desk = open({.fresh = 1h, .longestRest = 1h});
    illustrator->fails = true;
    publish("show");
    key(0, 1);
    for (int i = 0; i < 5; ++i) {
        const auto none = await(desk->poster("show", 640));
        ASSERT_FALSE(none);
        EXPECT_EQ(none.error().code, ErrorCode::NotFound);
        EXPECT_THAT(none.error().message, HasSubstr("no decoder"));
    }
    EXPECT_EQ(illustrator->drawn, 1);
    stopPublishing();
}

TEST_F(PosterDeskTest, SoundAloneHasNoPosterAndSaysSo)
{
    const auto desk = open({.patience = 800ms});
    publish("radio");
    write({live::frame(live::audioTrack(), 0, true)});
    const auto none = await(desk->poster("radio", 640));
    ASSERT_FALSE(none);
    EXPECT_THAT(none.error().message, HasSubstr("only sound"));
    stopPublishing();
}

TEST_F(PosterDeskTest, OnlySoManyStreamsAreRememberedTheOnesAskedForLast)
{
    const auto desk = open({.streams = 2});
    for (const char *name : {"a", "b", "c"}) {
        publish(name);
        key(0, 1);
        ASSERT_TRUE(await(desk->poster(name, 640)));
        stopPublishing();
    }
    EXPECT_FALSE(await(desk->poster("a", 640)));
    EXPECT_TRUE(await(desk->poster("b", 640)));
    EXPECT_TRUE(await(desk->poster("c", 640)));
    EXPECT_FALSE(await(desk->poster("never", 640)));
    EXPECT_TRUE(eventually([&] { return desk->making() == 0; }));
}

} // namespace
} // namespace matinee::pictures
