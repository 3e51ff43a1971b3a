#include "pictures/live_previews.h"
#include "tests/unit/pictures/illustration.h"

#include <gmock/gmock.h>

namespace matinee::pictures {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class LivePreviewsTest : public PictureTest
{
protected:
    std::shared_ptr<LivePreviews> open(LivePreviewOptions options = {.window = 1h, .interval = 10ms})
    {
        auto previews = std::make_shared<LivePreviews>(registry, workers, illustrator, options);
        changed = [previews](const std::string &name, bool live) { previews->streamChanged(name, live); };
        return previews;
    }
    std::string track(LivePreviews &previews, const std::string &name = "show")
    {
        const auto text = await(previews.track(name, ""));
        return text ? *text : std::string();
    }
    /// The last address in a track.
    static std::string sheetIn(const std::string &text)
    {
        const auto begin = text.rfind("show/");
        return begin == std::string::npos ? std::string() : text.substr(begin + 5, text.find(".jpg", begin) - begin - 5);
    }
    void end(LivePreviews &previews)
    {
        stopPublishing();
        EXPECT_TRUE(eventually([&] { return previews.active() == 0; }));
        changed = nullptr;
    }
};

TEST(ThumbnailInterval, IsFiveSecondsOrATwoHundredthOfTheWhole)
{
    EXPECT_EQ(thumbnailInterval(1min), 5s);
    EXPECT_EQ(thumbnailInterval(1000s), 5s);
    EXPECT_EQ(thumbnailInterval(2h), 36s);
}

TEST_F(LivePreviewsTest, AThumbnailIsMadeOfEachNewKeyFrameAndTheTrackTellsWhereTheStreamIs)
{
    const auto previews = open();
    publish("show");
    for (int i = 0; i < 3; ++i) {
        key(10000 + i * 2000, static_cast<std::uint8_t>(i));
        ASSERT_TRUE(eventually([&] { return illustrator->drawn == i + 1; }));
    }
    ASSERT_TRUE(eventually([&] { return track(*previews).find("00:00:04.000 -->") != std::string::npos; }));
    const auto text = track(*previews);
    EXPECT_THAT(text, HasSubstr("NOTE newest 4.040"));
    EXPECT_THAT(text, HasSubstr("00:00:02.000 --> 00:00:04.000\nshow/"));
    EXPECT_THAT(text, HasSubstr("-0-3.jpg#xywh=320,0,160,90"));
    EXPECT_EQ(illustrator->background, 3) << "whoever waits for a poster goes first";
    EXPECT_EQ(illustrator->assembled, 0) << "sheets are drawn when somebody asks";
    const auto sheet = await(previews->sheet("show", sheetIn(text)));
    ASSERT_TRUE(sheet) << sheet.error().message;
    EXPECT_EQ(**sheet, "picture 0;picture 1;picture 2;");
    EXPECT_GT(previews->bytes(), 0U);
    end(*previews);
    EXPECT_EQ(previews->bytes(), 0U);
    EXPECT_FALSE(await(previews->track("show", ""))) << "what is over cannot be gone back to";
}

TEST_F(LivePreviewsTest, ASheetIsDrawnOnceForAllWhoAskAndAgainWhenItHasMore)
{
    const auto previews = open();
    publish("show");
    key(0, 1);
    ASSERT_TRUE(eventually([&] { return !sheetIn(track(*previews)).empty(); }));
    const auto address = sheetIn(track(*previews));
    illustrator->sheetsHeld = true;
    std::vector<std::future<Result<SharedText>>> all;
    for (std::size_t i = 0; i < 10; ++i)
        all.push_back(begin(previews->sheet("show", address), i % 2));
    EXPECT_TRUE(eventually([&] { return illustrator->assembled == 1; }));
    illustrator->sheetsHeld = false;
    for (auto &one : all)
        EXPECT_EQ(**one.get(), "picture 1;");
    EXPECT_EQ(illustrator->assembled, 1);
    key(5000, 2);
    ASSERT_TRUE(eventually([&] { return sheetIn(track(*previews)) != address; }));
    EXPECT_EQ(**await(previews->sheet("show", sheetIn(track(*previews)))), "picture 1;picture 2;");
    const auto old = await(previews->sheet("show", address));
    ASSERT_TRUE(old);
    EXPECT_EQ(illustrator->assembled, 2) << "the fuller one serves who has an older list";
    end(*previews);
}

TEST_F(LivePreviewsTest, WrongAddressesOfSheetsAreRefused)
{
    const auto previews = open();
    publish("show");
    key(0, 1);
    ASSERT_TRUE(eventually([&] { return !sheetIn(track(*previews)).empty(); }));
    const auto address = sheetIn(track(*previews));
    const auto run = address.substr(0, address.find('-'));
    for (const auto &wrong : {std::string(), std::string("-"), run, run + "-0", run + "-0-", run + "-0-0", run + "-0-2", run + "-1-1",
                              run + "-0-1x", run + "--1-1", "f" + run + "-0-1", run + "-99999999999999999999-1"})
        EXPECT_FALSE(await(previews->sheet("show", wrong))) << wrong;
    EXPECT_FALSE(await(previews->sheet("other", address)));
    EXPECT_EQ(illustrator->assembled, 0);
    end(*previews);
}

TEST_F(LivePreviewsTest, WithoutAWindowThereAreNone)
{
    const auto previews = open({.window = 0s});
    publish("show");
    key(0, 1);
    EXPECT_EQ(previews->active(), 0U);
    EXPECT_FALSE(await(previews->track("show", "")));
    end(*previews);
    EXPECT_EQ(illustrator->drawn, 0);
}

TEST_F(LivePreviewsTest, AStreamThatCannotBeDrawnIsTriedLessAndLess)
{
    illustrator->fails = true;
    const auto previews = open({.window = 1h, .interval = 40ms});
    publish("show");
    for (int i = 0; i < 40; ++i) {
        key(i * 1000, 1);
        std::this_thread::sleep_for(10ms);
    }
    EXPECT_LT(illustrator->drawn, 9);
    EXPECT_THAT(await(previews->track("show", "")).error().message, HasSubstr("no preview"));
    end(*previews);
}

TEST_F(LivePreviewsTest, ManyStreamsTogetherStayWithinTheirMemory)
{
    const auto previews = open({.window = 10h, .interval = 1ms, .bytes = 400});
    publish("show");
    for (int i = 0; i < 80; ++i) {
        const auto before = illustrator->drawn.load();
        key(i * 1000, 1);
        ASSERT_TRUE(eventually([&] { return illustrator->drawn > before; }));
    }
    EXPECT_LE(previews->bytes(), 400U);
    EXPECT_THAT(track(*previews), Not(HasSubstr("00:00:00.000 -->")));
    end(*previews);
}

} // namespace
} // namespace matinee::pictures
