#include "transcode/portrait.h"

#include "tests/unit/media/image_files.h"
#include "tests/unit/mux/sample_stream.h"
#include "tests/unit/transcode/colour.h"
#include "tests/unit/transcode/hostile.h"

#include <gmock/gmock.h>

#include <fstream>

namespace matinee::transcode {
namespace {

using namespace image_files;
using testing::AllOf;
using testing::HasSubstr;

constexpr int kSide = 64;

const Libraries &av()
{
    return **libraries();
}

/// By the program ffmpeg: `arguments` are inputs and what is to be done with them.
media::Bytes fileBy(const std::string &arguments, const std::string &name)
{
    const sample::Folder folder;
    const auto path = folder.write(name, "");
    const auto said = sample::outputOf("ffmpeg -nostdin -y -v error " + arguments + " " + path + " 2>&1");
    std::ifstream file(path, std::ios::binary);
    media::Bytes bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    EXPECT_FALSE(bytes.empty()) << "is ffmpeg installed? " << said;
    return bytes;
}

/// Upper left, upper right, lower left, lower right.
using Corners = std::array<Rgb, 4>;

Corners cornersOf(const Result<Still> &made)
{
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    if (!made)
        return {};
    EXPECT_EQ(made->size, (Size{kSide, kSide}));
    const auto picture = opened(av(), made->jpeg);
    if (!picture)
        return {};
    EXPECT_EQ(picture->width, kSide);
    EXPECT_EQ(picture->height, kSide);
    constexpr int kNear = 12;
    constexpr int kFar = kSide - kNear;
    return {at(*picture, kNear, kNear), at(*picture, kFar, kNear), at(*picture, kNear, kFar), at(*picture, kFar, kFar)};
}
Corners portrayed(const media::Bytes &file)
{
    return cornersOf(makePortrait(av(), file, kSide, 90));
}
Rgb rgb(const Colour &colour)
{
    return {colour[0], colour[1], colour[2]};
}
Corners all(const Colour &colour)
{
    return {rgb(colour), rgb(colour), rgb(colour), rgb(colour)};
}
Error refusal(const media::Bytes &file)
{
    const auto made = makePortrait(av(), file, kSide, 90);
    EXPECT_FALSE(made);
    return made ? Error() : made.error();
}

const media::Bytes &redJpeg()
{
    static const auto file = fileBy("-f lavfi -i color=c=red:s=48x48 -frames:v 1", "red.jpg");
    return file;
}

TEST(Portrait, IsMadeOfEachKind)
{
    EXPECT_EQ(portrayed(redJpeg()), all({254, 0, 0}));
    EXPECT_EQ(portrayed(plainPng(20, 20, kBlue)), all(kBlue));
    EXPECT_EQ(portrayed(fileBy("-f lavfi -i color=c=blue:s=80x80 -frames:v 1 -c:v libwebp -lossless 1", "blue.webp")), all(kBlue));
    EXPECT_EQ(portrayed(fileBy("-f lavfi -i color=c=blue:s=80x80 -frames:v 1 -c:v libwebp -quality 90", "blue.webp")), all(kBlue));
    EXPECT_EQ(portrayed(fileBy("-f lavfi -i color=c=0x00FF00:s=80x80 -frames:v 1", "green.gif")), all(kGreen));
}

TEST(Portrait, TakesTheFirstPictureOfAnAnimation)
{
    EXPECT_EQ(portrayed(gif({0, 1, 1})), all(kRed));
    EXPECT_EQ(portrayed(gif({1, 0})), all(kBlue));
    const std::string two = "-f lavfi -i color=c=red:s=80x80:r=2:d=1 -f lavfi -i color=c=blue:s=80x80:r=2:d=1 -filter_complex concat=n=2 ";
    EXPECT_EQ(portrayed(fileBy(two + "-loop 0", "two.gif")), all(kRed));
    EXPECT_EQ(portrayed(fileBy(two + "-c:v libwebp_anim -lossless 1 -loop 0", "two.webp")), all(kRed));
}

TEST(Portrait, OfOnePointIsThatPoint)
{
    EXPECT_EQ(portrayed(plainPng(1, 1, kGreen)), all(kGreen));
    EXPECT_EQ(portrayed(gif({1})), all(kBlue));
    EXPECT_EQ(portrayed(plainPng(1, 400, kRed)), all(kRed));
    EXPECT_EQ(portrayed(plainPng(400, 1, kRed)), all(kRed));
}

TEST(Portrait, IsTheSquareInTheMiddle)
{
    // Stripes of 20: the middle one is the picture.
    media::Bytes wide, high;
    for (int y = 0; y < 20; ++y) {
        wide.push_back(0);
        for (int x = 0; x < 60; ++x)
            wide.insert(wide.end(), (x < 20 ? kRed : x < 40 ? kGreen : kBlue).begin(), (x < 20 ? kRed : x < 40 ? kGreen : kBlue).end());
    }
    for (int y = 0; y < 60; ++y) {
        high.push_back(0);
        for (int x = 0; x < 20; ++x)
            high.insert(high.end(), (y < 20 ? kRed : y < 40 ? kGreen : kBlue).begin(), (y < 20 ? kRed : y < 40 ? kGreen : kBlue).end());
    }
    EXPECT_EQ(portrayed(png(60, 20, 8, 2, wide)), all(kGreen));
    EXPECT_EQ(portrayed(png(20, 60, 8, 2, high)), all(kGreen));
    // And of one that is made smaller before it is cut.
    const std::string stripes = "-f lavfi -i color=c=red:s=2000x2000 -f lavfi -i color=c=blue:s=2000x2000 -filter_complex "
                                "'[0][1][0]hstack=inputs=3' -frames:v 1";
    EXPECT_EQ(portrayed(fileBy(stripes, "stripes.jpg")), all(kBlue));
}

TEST(Portrait, StandsUprightAsItsOrientationSays)
{
    const auto stored =
        fileBy("-f lavfi -i color=c=red:s=64x64 -f lavfi -i color=c=0x00FF00:s=64x64 -f lavfi -i color=c=blue:s=64x64 -f lavfi "
               "-i color=c=black:s=64x64 -filter_complex 'xstack=inputs=4:layout=0_0|w0_0|0_h0|w0_h0' -frames:v 1 -q:v 2",
               "four.png");
    const auto jpeg = [&] {
        const sample::Folder folder;
        const auto path = folder.write("four.png", std::string(stored.begin(), stored.end()));
        return fileBy("-i " + path + " -pix_fmt yuvj444p -q:v 2", "four.jpg");
    }();
    const Rgb r{254, 0, 0}, g{0, 255, 0}, b{0, 0, 254}, k{0, 0, 0};
    const std::array<Corners, 8> upright = {Corners{r, g, b, k}, {g, r, k, b}, {k, b, g, r}, {b, k, r, g},
                                            {r, b, g, k},        {b, r, k, g}, {k, g, b, r}, {g, k, r, b}};
    for (int orientation = 1; orientation <= 8; ++orientation) {
        const auto &wanted = upright[static_cast<std::size_t>(orientation - 1)];
        EXPECT_EQ(portrayed(withSegments(jpeg, exifSegment(orientation, orientation % 2 == 0))), wanted) << orientation;
        EXPECT_EQ(portrayed(quarters(32, 32, {kRed, kGreen, kBlue, kBlack}, -1, chunk("eXIf", tiff(orientation)))), wanted) << orientation;
    }
    EXPECT_EQ(portrayed(withSegments(jpeg, exifSegment(77))), upright[0]);
}

TEST(Portrait, LiesOnWhite)
{
    const auto half = portrayed(quarters(32, 32, {kBlack, kBlack, kRed, kBlue}, 0));
    EXPECT_EQ(half, (Corners{rgb(kBlack), rgb(kWhite), rgb(kWhite), rgb(kWhite)}));
    const auto soft = portrayed(quarters(32, 32, {kBlack, kBlack, kRed, kBlue}, 128));
    EXPECT_EQ(soft, (Corners{rgb(kBlack), Rgb{127, 127, 127}, Rgb{255, 127, 127}, Rgb{127, 127, 255}}));
    const auto webpFile = fileBy("-f lavfi -i color=c=red@0.0:s=64x64,format=yuva420p -frames:v 1 -c:v libwebp -quality 80", "clear.webp");
    EXPECT_EQ(portrayed(webpFile), all(kWhite));
}

TEST(Portrait, TakesColoursOfEveryDepthAndKind)
{
    EXPECT_EQ(portrayed(deepPng(16, 16, kRed)), all(kRed));
    EXPECT_EQ(portrayed(cmykJpeg({255, 0, 0, 255})), all(kRed));
    EXPECT_EQ(portrayed(cmykJpeg({0, 0, 255, 255})), all(kBlue));
    EXPECT_EQ(portrayed(cmykJpeg({255, 255, 255, 0})), all(kBlack));
    const auto palette = chunk("PLTE", {255, 0, 0, 0, 0, 255});
    const Bytes second{0, 1, 1, 0, 1, 1}; // two rows of two
    EXPECT_EQ(portrayed(png(2, 2, 8, 3, second, palette)), all(kBlue));
    EXPECT_EQ(portrayed(png(2, 2, 8, 3, second, joined({palette, chunk("tRNS", {255, 0})}))), all(kWhite));
    for (const char *format : {"gray", "gray16be", "ya8", "monob", "rgba64be"})
        EXPECT_EQ(portrayed(fileBy("-f lavfi -i color=c=white:s=40x40 -frames:v 1 -pix_fmt " + std::string(format), "white.png")),
                  all(kWhite))
            << format;
    for (const char *format : {"yuvj420p", "yuvj422p", "yuvj444p", "gray"})
        EXPECT_EQ(portrayed(fileBy("-f lavfi -i color=c=black:s=40x40 -frames:v 1 -pix_fmt " + std::string(format), "black.jpg")),
                  all(kBlack))
            << format;
}

TEST(Portrait, HasNothingOfTheFile)
{
    const auto secret = bytesOf("PK\x03\x04 <script>alert('48.2082 16.3738')</script>");
    const auto file = joined({withSegments(redJpeg(), joined({exifSegment(1), segment(0xfe, secret), segment(0xe2, secret)})), secret});
    ASSERT_THAT(std::string(file.begin(), file.end()), AllOf(HasSubstr("Exif"), HasSubstr("GPS"), HasSubstr("<script>")));
    for (const auto &one : {file, joined({plainPng(20, 20, kRed, chunk("tEXt", secret)), secret}), joined({gif({0}), secret})}) {
        const auto made = makePortrait(av(), one, 256, 85);
        ASSERT_TRUE(made) << made.error().message;
        const auto &jpeg = made->jpeg;
        const std::string text(jpeg.begin(), jpeg.end());
        for (const char *word : {"Exif", "GPS", "48.2", "script", "PK\x03\x04", "Cam", "hey"})
            EXPECT_THAT(text, testing::Not(HasSubstr(word)));
        // From marker to marker: JFIF and what a picture is made of, and the end is the end.
        std::size_t place = 2;
        while (jpeg[place + 1] != 0xda) {
            ASSERT_EQ(jpeg[place], 0xff);
            const int marker = jpeg[place + 1];
            EXPECT_THAT(marker, testing::AnyOf(0xe0, 0xdb, 0xc0, 0xc4, 0xdd, 0xfe));
            EXPECT_NE(marker, 0xe1);
            const std::size_t length = std::size_t{jpeg[place + 2]} << 8 | jpeg[place + 3];
            place += 2 + length;
            ASSERT_LT(place, jpeg.size());
        }
        EXPECT_EQ(jpeg[jpeg.size() - 2], 0xff);
        EXPECT_EQ(jpeg[jpeg.size() - 1], 0xd9);
    }
}

TEST(Portrait, IsTheSameForTheSamePicture)
{
    const auto once = makePortrait(av(), redJpeg(), 256, 85);
    const auto again = makePortrait(av(), withSegments(redJpeg(), exifSegment(1)), 256, 85);
    ASSERT_TRUE(once && again);
    EXPECT_EQ(once->jpeg, again->jpeg);
}

TEST(Portrait, CutAnywhereIsRefused)
{
    for (const auto &whole : {redJpeg(), plainPng(4, 4, kRed)}) {
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const auto error = refusal(media::Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
            ASSERT_EQ(error.code, ErrorCode::InvalidArgument) << size;
        }
    }
}

TEST(Portrait, WhatIsNoPictureIsRefusedInWords)
{
    for (const char *text : {"", "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
                             "<!doctype html><title>cat.jpg</title>", "%PDF-1.7", "BM6", "....ftypavif"}) {
        const auto error = refusal(bytesOf(text));
        EXPECT_EQ(error.code, ErrorCode::InvalidArgument);
        EXPECT_THAT(error.message, HasSubstr("no JPEG, PNG, WebP or GIF"));
    }
    const auto flat = refusal(png(4, 4, 8, 2, media::Bytes(3, 0)));
    EXPECT_EQ(flat.code, ErrorCode::InvalidArgument) << "samples of one row of four";
    auto torn = plainPng(8, 8, kRed);
    torn[60] ^= 0x55;
    EXPECT_EQ(refusal(joined({Bytes(torn.begin(), torn.begin() + 41), chunk("IDAT", bytesOf("no zlib")), chunk("IEND", {})})).code,
              ErrorCode::InvalidArgument);
}

TEST(Portrait, ABombIsRefusedBeforeItGoesOff)
{
    const auto bomb = png(30'000, 30'000, 8, 2, media::Bytes(100, 0));
    const auto error = refusal(bomb);
    EXPECT_EQ(error.code, ErrorCode::InvalidArgument);
    EXPECT_THAT(error.message, HasSubstr("30000x30000"));
    EXPECT_THAT(refusal(hostile::jpegOfSize(redJpeg(), 65500, 65500)).message, HasSubstr("65500x65500"));
    EXPECT_THAT(refusal(png(8192, 8192, 8, 2, media::Bytes(100, 0))).message, HasSubstr("40 megapixels"));
    EXPECT_THAT(refusal(webp(riffChunk("VP8L", {0x2f, 0xff, 0xff, 0xff, 0x0f}))).message, HasSubstr("16384x16384"));
    auto screen = gif({0});
    screen[6] = screen[7] = screen[8] = screen[9] = 0xff;
    EXPECT_THAT(refusal(screen).message, HasSubstr("65535x65535"));
    // Its own words against those of the bit stream behind them.
    EXPECT_EQ(refusal(hostile::jpegOfSize(redJpeg(), 8000, 5000)).code, ErrorCode::InvalidArgument);
}

TEST(Portrait, WhereADecoderIsMissingTheKindsThatWorkAreNamed)
{
    auto without = av();
    without.avcodec_find_decoder = [](AVCodecID codec) { return codec == AV_CODEC_ID_WEBP ? nullptr : av().avcodec_find_decoder(codec); };
    const auto made = makePortrait(without, webp(riffChunk("VP8L", pointBits())), kSide, 90);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::Unavailable);
    EXPECT_EQ(made.error().message, "This server can read no WebP, but JPEG, PNG and GIF. Send one of these.");
    EXPECT_EQ(cornersOf(makePortrait(without, plainPng(4, 4, kRed), kSide, 90)), all(kRed));
}

} // namespace
} // namespace matinee::transcode
