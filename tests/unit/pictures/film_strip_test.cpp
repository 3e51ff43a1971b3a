#include "pictures/wire/film_strip.h"

#include <gtest/gtest.h>

namespace matinee::pictures {
namespace {

using namespace std::chrono_literals;

SharedText jpeg(std::size_t bytes = 100)
{
    return std::make_shared<const std::string>(bytes, 'j');
}
constexpr TileSize kWide{160, 90};

TEST(FilmStrip, PutsTwentyFiveOnASheetAndGoesOnWithTheNext)
{
    FilmStrip strip(1h, 5s);
    for (int i = 0; i < 60; ++i)
        strip.add(10s + i * 5s, kWide, jpeg());
    ASSERT_EQ(strip.sheets().size(), 3U);
    EXPECT_EQ(strip.sheets()[0].tiles.size(), 25U);
    EXPECT_EQ(strip.sheets()[2].tiles.size(), 10U);
    EXPECT_EQ(strip.sheet(2)->number, 2U);
    EXPECT_EQ(strip.sheet(3), nullptr);
    EXPECT_EQ(strip.zero(), 10s);
    EXPECT_EQ(strip.bytes(), 6000U);
}

TEST(FilmStrip, ForgetsASheetWhenAllOfItIsOlderThanTheWindow)
{
    FilmStrip strip(120s, 5s);
    for (int i = 0; i < 200; ++i)
        strip.add(i * 5s, kWide, jpeg());
    // 995 s is the newest; the sheet with 875 s (number 7) is the first that can still be gone back to.
    EXPECT_EQ(strip.sheets().front().number, 6U);
    EXPECT_EQ(strip.sheet(5), nullptr);
    EXPECT_LE(strip.sheets().front().tiles.front().at, 875s);
    EXPECT_EQ(strip.bytes(), strip.sheets().size() * 25 * 100);
    EXPECT_EQ(strip.zero(), 0s) << "the track's clock does not move with the window";
}

TEST(FilmStrip, TakesNoPictureThatIsNotLaterThanTheLast)
{
    FilmStrip strip(1h, 5s);
    strip.add(5s, kWide, jpeg());
    strip.add(5s, kWide, jpeg());
    strip.add(1s, kWide, jpeg());
    EXPECT_EQ(strip.sheets().front().tiles.size(), 1U);
    EXPECT_EQ(strip.bytes(), 100U);
}

TEST(FilmStrip, BeginsANewSheetWhereThePictureHasAnotherShape)
{
    FilmStrip strip(1h, 5s);
    strip.add(0s, kWide, jpeg());
    strip.add(5s, {90, 160}, jpeg());
    ASSERT_EQ(strip.sheets().size(), 2U);
    const auto all = strip.thumbnails("show/", "");
    EXPECT_EQ(all[1].size, (TileSize{90, 160}));
    EXPECT_EQ(all[1].place, 0U);
}

TEST(FilmStrip, NamesASheetByWhatIsOnItAndEachThumbnailLastsToTheNext)
{
    FilmStrip strip(1h, 5s);
    for (int i = 0; i < 27; ++i)
        strip.add(100s + i * 6s, kWide, jpeg());
    const auto all = strip.thumbnails("show/7-", "?token=x");
    ASSERT_EQ(all.size(), 27U);
    EXPECT_EQ(all[0].sheet, "show/7-0-25.jpg?token=x");
    EXPECT_EQ(all[26].sheet, "show/7-1-2.jpg?token=x");
    EXPECT_EQ(all[24].begins, 144s);
    EXPECT_EQ(all[24].ends, 150s);
    EXPECT_EQ(all[26].place, 1U);
    EXPECT_EQ(all[26].ends - all[26].begins, 5s);
}

TEST(FilmStrip, KeepsTheFullestPictureOfASheetAndCountsItsBytes)
{
    FilmStrip strip(1h, 5s);
    for (int i = 0; i < 30; ++i)
        strip.add(i * 5s, kWide, jpeg());
    strip.setDrawn(0, 25, jpeg(1000));
    strip.setDrawn(1, 5, jpeg(300));
    strip.setDrawn(1, 3, jpeg(200)); // came late
    strip.setDrawn(9, 1, jpeg(200)); // gone
    EXPECT_EQ(strip.bytes(), 3000U + 1000 + 300);
    EXPECT_EQ(strip.sheet(1)->drawn, 5U);
    strip.setDrawn(1, 6, jpeg(400));
    EXPECT_EQ(strip.bytes(), 3000U + 1000 + 400);
    EXPECT_TRUE(strip.shorten());
    EXPECT_EQ(strip.bytes(), 500U + 400);
    EXPECT_FALSE(strip.shorten()) << "the newest sheet stays";
}

} // namespace
} // namespace matinee::pictures
