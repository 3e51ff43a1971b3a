#include "transcode/sheet.h"

#include "tests/unit/transcode/colour.h"
#include "tests/unit/transcode/hostile.h"

#include <gmock/gmock.h>

namespace matinee::transcode {
namespace {

using testing::HasSubstr;

const Libraries &av()
{
    return **libraries();
}

constexpr Rgb kRed{254, 0, 0};
constexpr Rgb kGreen{0, 255, 1};
constexpr Rgb kBlue{0, 0, 254};
constexpr Rgb kBlack{0, 0, 0};

/// A JPEG of one colour, by its samples (BT.601, full range).
media::Bytes tile(int width, int height, std::array<std::uint8_t, 3> samples)
{
    auto picture = newPicture(av(), width, height, AV_PIX_FMT_YUV420P);
    for (int plane = 0; plane < 3; ++plane) {
        const auto bytes =
            static_cast<std::size_t>(picture->linesize[plane]) * static_cast<std::size_t>(plane == 0 ? height : (height + 1) / 2);
        std::fill_n(picture->data[plane], bytes, samples[static_cast<std::size_t>(plane)]);
    }
    picture->color_range = AVCOL_RANGE_JPEG;
    auto jpeg = encodeJpeg(av(), *picture, 90);
    EXPECT_TRUE(jpeg) << jpeg.error().message;
    return jpeg ? *jpeg : media::Bytes();
}
media::Bytes red(int width = 32, int height = 18)
{
    return tile(width, height, {76, 85, 255});
}
media::Bytes green(int width = 32, int height = 18)
{
    return tile(width, height, {150, 44, 21});
}
media::Bytes blue(int width = 32, int height = 18)
{
    return tile(width, height, {29, 255, 107});
}

TEST(Sheet, HasItsTilesRowByRowAndBlackForTheRest)
{
    const auto sheet = makeSheet(av(), {3, {32, 18}}, {red(), green(), blue(), blue(), {}});
    ASSERT_TRUE(sheet) << sheet.error().message;
    EXPECT_EQ(sheet->size, (Size{96, 36}));
    const auto picture = opened(av(), sheet->jpeg);
    ASSERT_TRUE(picture);
    EXPECT_EQ(picture->width, 96);
    EXPECT_EQ(picture->height, 36);
    EXPECT_EQ(at(*picture, 16, 9), kRed);
    EXPECT_EQ(at(*picture, 48, 9), kGreen);
    EXPECT_EQ(at(*picture, 80, 9), kBlue);
    EXPECT_EQ(at(*picture, 16, 27), kBlue);
    EXPECT_EQ(at(*picture, 48, 27), kBlack); // an empty one
    EXPECT_EQ(at(*picture, 80, 27), kBlack); // a missing one
}

TEST(Sheet, PutsAPictureOfAnotherShapeIntoTheMiddle)
{
    const auto sheet = makeSheet(av(), {1, {80, 40}}, {red(40, 40)});
    ASSERT_TRUE(sheet) << sheet.error().message;
    const auto picture = opened(av(), sheet->jpeg);
    ASSERT_TRUE(picture);
    EXPECT_EQ(at(*picture, 40, 20), kRed);
    EXPECT_EQ(at(*picture, 5, 20), kBlack);
    EXPECT_EQ(at(*picture, 74, 20), kBlack);
}

TEST(Sheet, TakesTilesOfOddSizes)
{
    const auto sheet = makeSheet(av(), {2, {33, 19}}, {red(33, 19), green(33, 19), blue(33, 19)});
    ASSERT_TRUE(sheet) << sheet.error().message;
    EXPECT_EQ(sheet->size, (Size{66, 38}));
    const auto picture = opened(av(), sheet->jpeg);
    ASSERT_TRUE(picture);
    EXPECT_EQ(at(*picture, 10, 10), kRed);
    EXPECT_EQ(at(*picture, 55, 10), kGreen);
    EXPECT_EQ(at(*picture, 10, 30), kBlue);
}

TEST(Sheet, MakesLargePicturesSmall)
{
    const auto sheet = makeSheet(av(), {1, {32, 18}}, {green(1280, 720)});
    ASSERT_TRUE(sheet) << sheet.error().message;
    EXPECT_EQ(sheet->size, (Size{32, 18}));
}

TEST(Sheet, RefusesABombAndSaysWhichTileItWas)
{
    const auto refusal = [](const media::Bytes &jpeg) {
        const auto sheet = makeSheet(av(), {2, {32, 18}}, {red(), jpeg});
        EXPECT_FALSE(sheet);
        if (sheet)
            return std::string();
        EXPECT_EQ(sheet.error().code, ErrorCode::InvalidArgument);
        return sheet.error().message;
    };
    const auto real = red();
    EXPECT_THAT(refusal(hostile::jpegOfSize(real, 65500, 65500)), HasSubstr("Tile 2"));
    EXPECT_THAT(refusal(hostile::jpegOfSize(real, 8192, 8192)), HasSubstr("Tile 2"));
    EXPECT_THAT(refusal(hostile::jpegOfSize(real, 0, 0)), HasSubstr("Tile 2"));
    EXPECT_THAT(refusal({'n', 'o', ' ', 'j', 'p', 'e', 'g'}), HasSubstr("Tile 2"));
    EXPECT_THAT(refusal(media::Bytes(real.begin(), real.begin() + static_cast<std::ptrdiff_t>(real.size() / 2))), HasSubstr("Tile 2"));
}

TEST(Sheet, RefusesToBecomeTooLarge)
{
    const std::vector<media::Bytes> many(100);
    for (const auto &plan : {SheetPlan{100, {160, 90}}, SheetPlan{1, {160, 90}}, SheetPlan{10, {8192, 8192}}}) {
        const auto sheet = makeSheet(av(), plan, many);
        ASSERT_FALSE(sheet);
        EXPECT_THAT(sheet.error().message, HasSubstr("larger than 8192x8192"));
    }
    EXPECT_FALSE(makeSheet(av(), {5, {160, 90}}, {}));
    EXPECT_TRUE(makeSheet(av(), {10, {160, 90}}, many));
}

} // namespace
} // namespace matinee::transcode
