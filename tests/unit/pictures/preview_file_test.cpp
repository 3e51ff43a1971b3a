#include "pictures/wire/preview_file.h"

#include <gtest/gtest.h>

namespace matinee::pictures {
namespace {

using namespace std::chrono_literals;

PreviewFile sample(int tiles = 27)
{
    PreviewFile preview;
    preview.size = {160, 90};
    for (int i = 0; i < tiles; ++i)
        preview.tiles.push_back(i * 5s);
    preview.ends = tiles * 5s;
    for (int i = 0; i < (tiles + 24) / 25; ++i)
        preview.sheets.push_back(std::make_shared<const std::string>("jpeg " + std::to_string(i)));
    return preview;
}

TEST(PreviewFile, HasTheBytesThatItSaysItHas)
{
    PreviewFile one = sample(1);
    one.tiles = {MediaTime(258)};
    one.ends = MediaTime(259);
    const std::string golden("MATPREV1\x00\xa0\x00\x5a\x00\x00\x00\x01"
                             "\x00\x00\x00\x00\x00\x00\x01\x02"
                             "\x00\x00\x00\x00\x00\x00\x01\x03"
                             "\x00\x00\x00\x01\x00\x00\x00\x06jpeg 0",
                             8 + 8 + 8 + 8 + 8 + 6);
    EXPECT_EQ(writePreviewFile(one), golden);
}

TEST(PreviewFile, IsReadAsItWasWritten)
{
    const auto before = sample();
    const auto after = readPreviewFile(writePreviewFile(before));
    ASSERT_TRUE(after);
    EXPECT_EQ(after->size, before.size);
    EXPECT_EQ(after->tiles, before.tiles);
    EXPECT_EQ(after->ends, before.ends);
    ASSERT_EQ(after->sheets.size(), 2U);
    EXPECT_EQ(*after->sheets[1], "jpeg 1");
    const auto shown = after->thumbnails("id/", "?key=k");
    EXPECT_EQ(shown[26].sheet, "id/1.jpg?key=k");
    EXPECT_EQ(shown[26].place, 1U);
    EXPECT_EQ(shown[26].ends, 27 * 5s);
    EXPECT_EQ(shown[3].ends, 20s);
}

TEST(PreviewFile, CutAnywhereOrWithMoreBehindItIsNone)
{
    const auto bytes = writePreviewFile(sample());
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(readPreviewFile(std::string_view(bytes).substr(0, size))) << size;
    EXPECT_FALSE(readPreviewFile(bytes + "x"));
}

TEST(PreviewFile, WithTimesThatDoNotRiseOrAnotherNumberOfSheetsIsNone)
{
    auto back = sample();
    back.tiles[4] = back.tiles[3];
    EXPECT_FALSE(readPreviewFile(writePreviewFile(back)));
    auto ends = sample();
    ends.ends = 1s;
    EXPECT_FALSE(readPreviewFile(writePreviewFile(ends)));
    auto few = sample();
    few.sheets.pop_back();
    EXPECT_FALSE(readPreviewFile(writePreviewFile(few)));
    auto empty = sample();
    empty.sheets[0] = std::make_shared<const std::string>();
    EXPECT_FALSE(readPreviewFile(writePreviewFile(empty)));
    auto flat = sample();
    flat.size.height = 0;
    EXPECT_FALSE(readPreviewFile(writePreviewFile(flat)));
    EXPECT_FALSE(readPreviewFile(writePreviewFile(sample(0))));
    EXPECT_FALSE(readPreviewFile(writePreviewFile(sample(kMaxPreviewTiles + 1))));
}

} // namespace
} // namespace matinee::pictures
