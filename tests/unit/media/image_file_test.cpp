#include "media/image/image_file.h"

#include "tests/unit/media/image_files.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace matinee::media {
namespace {

using namespace image_files;

const Bytes kJpeg = cmykJpeg({255, 0, 0, 255});
const Bytes kPng = plainPng(3, 2, kRed);
const Bytes kGif = gif({0});
const Bytes kWebp = webp(riffChunk("VP8L", pointBits()));

bool contains(const Bytes &bytes, std::string_view text)
{
    return std::search(bytes.begin(), bytes.end(), text.begin(), text.end()) != bytes.end();
}

TEST(ImageFile, IsKnownByItsFirstBytes)
{
    EXPECT_EQ(imageKind(kJpeg), ImageKind::Jpeg);
    EXPECT_EQ(imageKind(kPng), ImageKind::Png);
    EXPECT_EQ(imageKind(kGif), ImageKind::Gif);
    EXPECT_EQ(imageKind(bytesOf("GIF87a")), ImageKind::Gif);
    EXPECT_EQ(imageKind(kWebp), ImageKind::Webp);
    for (const char *other : {"", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "<!doctype html>", "%PDF-1.7", "BM", "RIFF....WAVE",
                              "GIF90a", "PK\x03\x04", "\xff\xd8", "....ftypavif"})
        EXPECT_FALSE(imageKind(bytesOf(other))) << other;
}

TEST(ImageFile, TellsItsSize)
{
    const auto size = [](const Bytes &file) {
        const auto image = readImageFile(file);
        EXPECT_TRUE(image);
        return image ? std::to_string(image->width) + "x" + std::to_string(image->height) : "";
    };
    EXPECT_EQ(size(kJpeg), "16x16");
    EXPECT_EQ(size(kPng), "3x2");
    EXPECT_EQ(size(kGif), "1x1");
    EXPECT_EQ(size(kWebp), "1x1");
    // A key frame of VP8 with its size in 14 bits, scaling beside them.
    EXPECT_EQ(size(webp(riffChunk("VP8 ", {0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x41, 0xf0, 0x80}))), "320x240");
    EXPECT_EQ(size(webp(riffChunk("VP8L", {0x2f, 0x3f, 0xc1, 0x3b, 0x00}))), "320x240");
}

TEST(ImageFile, CutAnywhereIsNoFile)
{
    for (const auto &whole : {kJpeg, kPng, kWebp}) {
        for (std::size_t size = 0; size < whole.size(); ++size)
            EXPECT_FALSE(readImageFile(std::span(whole).first(size))) << static_cast<int>(whole[0]) << " at " << size;
        EXPECT_TRUE(readImageFile(whole));
    }
    // Of a GIF the first picture is enough.
    const auto whole = readImageFile(kGif);
    ASSERT_TRUE(whole);
    for (std::size_t size = 0; size + 9 <= kGif.size(); ++size)
        EXPECT_EQ(readImageFile(std::span(kGif).first(size)).has_value(), size + 9 > kGif.size()) << size;
}

TEST(ImageFile, LosesWhatIsNoPicture)
{
    const auto noted = withSegments(kJpeg, joined({segment(0xe0, joined({bytesOf("JFIF"), {0, 1, 1, 0, 0, 1, 0, 1, 0, 0}})), exifSegment(6),
                                                   segment(0xe2, bytesOf("ICC_PROFILE...")), segment(0xfe, bytesOf("a comment"))}));
    const auto jpeg = readImageFile(joined({noted, bytesOf("PK\x03\x04 and a ZIP")}));
    ASSERT_TRUE(jpeg);
    EXPECT_EQ(jpeg->picture, kJpeg);
    EXPECT_EQ(jpeg->orientation, 6);

    const auto chunks = joined({chunk("iCCP", bytesOf("profile")), chunk("tEXt", bytesOf("Author\0Ada")), chunk("eXIf", tiff(3, false))});
    const auto png = readImageFile(joined({plainPng(3, 2, kRed, chunks), bytesOf("<script>alert(1)</script>")}));
    ASSERT_TRUE(png);
    EXPECT_EQ(png->picture, kPng);
    EXPECT_EQ(png->orientation, 3);

    const auto extended = webp(joined({riffChunk("VP8X", {0x2c, 0, 0, 0, 0, 0, 0, 0, 0, 0}), riffChunk("ICCP", bytesOf("profile")),
                                       riffChunk("VP8L", pointBits()), riffChunk("EXIF", tiff(8)), riffChunk("XMP ", bytesOf("<x/>"))}));
    const auto webpFile = readImageFile(joined({extended, bytesOf("tail")}));
    ASSERT_TRUE(webpFile);
    EXPECT_EQ(webpFile->picture, kWebp);
    EXPECT_EQ(webpFile->orientation, 8);

    const auto animated = readImageFile(gif({0, 1, 1}));
    ASSERT_TRUE(animated);
    const auto still = readImageFile(kGif);
    EXPECT_EQ(animated->picture, still->picture);
    EXPECT_FALSE(contains(animated->picture, "hey"));
    // What was read is read again as itself.
    for (const auto &file : {jpeg->picture, png->picture, webpFile->picture, animated->picture}) {
        const auto again = readImageFile(file);
        ASSERT_TRUE(again);
        EXPECT_EQ(again->picture, file);
    }
}

TEST(ImageFile, OfAnAnimationOrWithAlphaIsAPictureOfItsOwn)
{
    const Bytes bits{0x10, 0, 0, 0x9d, 0x01, 0x2a, 2, 0, 3, 0};
    const auto frame = [&](const Bytes &chunks) { return riffChunk("ANMF", joined({Bytes(16, 0), chunks})); };
    const auto alpha = riffChunk("ALPH", {0, 1, 2});
    const auto animated =
        readImageFile(webp(joined({riffChunk("VP8X", Bytes(10, 0)), riffChunk("ANIM", Bytes(6, 0)),
                                   frame(joined({alpha, riffChunk("VP8 ", bits)})), frame(riffChunk("VP8L", pointBits()))})));
    ASSERT_TRUE(animated);
    EXPECT_EQ(animated->picture, webp(joined({riffChunk("VP8X", {0x10, 0, 0, 0, 1, 0, 0, 2, 0, 0}), alpha, riffChunk("VP8 ", bits)})));
    EXPECT_EQ(animated->width, 2U);
    EXPECT_EQ(animated->height, 3U);
}

TEST(ImageFile, ThatContradictsItselfIsNone)
{
    const auto header = [](std::uint32_t width, std::uint32_t height) {
        return chunk("IHDR", joined({big(width, 4), big(height, 4), {8, 2, 0, 0, 0}}));
    };
    const Bytes signature(kPng.begin(), kPng.begin() + 8);
    const auto none = [](const Bytes &file, const char *what) { EXPECT_FALSE(readImageFile(file)) << what; };
    none(joined({signature, header(0, 2), chunk("IDAT", {1}), chunk("IEND", {})}), "no width");
    none(joined({signature, header(2, 0), chunk("IDAT", {1}), chunk("IEND", {})}), "no height");
    none(joined({signature, chunk("IDAT", {1}), header(2, 2), chunk("IEND", {})}), "samples before the size");
    none(joined({signature, header(2, 2), header(9, 9), chunk("IDAT", {1}), chunk("IEND", {})}), "two sizes");
    none(joined({signature, header(2, 2), chunk("IEND", {})}), "no samples");
    none(joined({signature, big(0xffffffff, 4), bytesOf("IHDR"), Bytes(40, 0)}), "a lying length");
    const auto frameHeader = segment(0xc0, {8, 0, 16, 0, 16, 1, 1, 0x11, 0});
    const auto scan = joined({segment(0xda, {1, 1, 0, 0, 63, 0}), {1, 2, 3}});
    const Bytes begin{0xff, 0xd8};
    const Bytes end{0xff, 0xd9};
    EXPECT_TRUE(readImageFile(joined({begin, frameHeader, scan, end})));
    none(joined({begin, scan, end}), "a scan of nothing");
    none(joined({begin, frameHeader, end}), "no scan");
    none(joined({begin, frameHeader, frameHeader, scan, end}), "two frames");
    none(joined({begin, begin, frameHeader, scan, end}), "two beginnings");
    none(joined({begin, segment(0xc0, {8, 0, 0, 0, 16, 1, 1, 0x11, 0}), scan, end}), "a height that comes later");
    auto many = joined({begin, frameHeader});
    for (int i = 0; i < 65; ++i)
        many = joined({many, scan});
    none(joined({many, end}), "too many scans");
    none(webp(riffChunk("VP8 ", {0x11, 0, 0, 0x9d, 0x01, 0x2a, 2, 0, 2, 0})), "no key frame");
    none(webp(riffChunk("VP8L", {0x2e, 0, 0, 0, 0})), "no such bit stream");
    none(webp(riffChunk("VP8X", Bytes(10, 0))), "no bit stream");
    none(joined({bytesOf("RIFF"), little(3, 4), bytesOf("WEBP")}), "a length of less than its name");
    none(joined({bytesOf("GIF89a"), {1, 0, 1, 0, 0, 0, 0, 0x3b}}), "no picture");
    none(joined({bytesOf("GIF89a"), {1, 0, 1, 0, 0, 0, 0, 0x77}}), "no such block");
}

TEST(ImageFile, OrientationIsReadInEitherOrderOfBytesAndOtherwiseUpright)
{
    for (int orientation = 1; orientation <= 8; ++orientation) {
        EXPECT_EQ(tiffOrientation(tiff(orientation, true)), orientation);
        EXPECT_EQ(tiffOrientation(tiff(orientation, false)), orientation);
    }
    EXPECT_EQ(tiffOrientation(tiff(0)), 1);
    EXPECT_EQ(tiffOrientation(tiff(9)), 1);
    EXPECT_EQ(tiffOrientation(tiff(65535)), 1);
    EXPECT_EQ(tiffOrientation({}), 1);
    const auto whole = tiff(5);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto read = tiffOrientation(std::span(whole).first(size));
        EXPECT_EQ(read, size < 34 ? 1 : 5) << size; // it is the second of the entries
    }
    auto far = whole;
    far[4] = far[5] = far[6] = far[7] = 0xff; // a directory beyond the end
    EXPECT_EQ(tiffOrientation(far), 1);
    far = whole;
    far[4] = 2; // and one within the head
    EXPECT_EQ(tiffOrientation(far), 1);
}

} // namespace
} // namespace matinee::media
