#include "transcode/portrait.h"

#include "media/image/image_file.h"
#include "transcode/decoder.h"
#include "transcode/jpeg.h"
#include "transcode/scaler.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace matinee::transcode {

namespace {

using media::ImageKind;

constexpr std::array kKinds = {ImageKind::Jpeg, ImageKind::Png, ImageKind::Webp, ImageKind::Gif};
constexpr std::int64_t kSmall = 4'000'000; // pixels: is cut before it is made smaller
constexpr int kShortSide = 512;            // to which a larger one is brought first
constexpr int kPixel = 4;                  // bytes of RGBA

AVCodecID codecOf(ImageKind kind)
{
    switch (kind) {
    case ImageKind::Jpeg:
        return AV_CODEC_ID_MJPEG;
    case ImageKind::Png:
        return AV_CODEC_ID_PNG;
    case ImageKind::Webp:
        return AV_CODEC_ID_WEBP;
    case ImageKind::Gif:
        return AV_CODEC_ID_GIF;
    }
    return AV_CODEC_ID_NONE;
}

/// "JPEG, PNG and GIF"
std::string kindsThatWork(const Libraries &av)
{
    std::vector<std::string> names;
    for (const auto kind : kKinds) {
        if (av.avcodec_find_decoder(codecOf(kind)))
            names.emplace_back(nameOf(kind));
    }
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i)
        text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
    return text;
}

Error bad(std::string words)
{
    return fail(ErrorCode::InvalidArgument, std::move(words));
}

Result<FrameHandle> decoded(const Libraries &av, const media::ImageFile &image)
{
    const auto codec = codecOf(image.kind);
    const std::string name(nameOf(image.kind));
    if (!av.avcodec_find_decoder(codec)) {
        const auto others = kindsThatWork(av);
        return fail(ErrorCode::Unavailable, others.empty()
                                                ? "This server's libavcodec can read no pictures."
                                                : "This server can read no " + name + ", but " + others + ". Send one of these.");
    }
    auto decoder = Decoder::open(av, {.codec = codec, .config = {}, .maxPixels = kMaxPortraitPixels, .wholePictures = true});
    if (!decoder)
        return decoder.error();
    auto picture = onlyPicture(av, *decoder, image.picture);
    if (!picture && picture.error().code == ErrorCode::InvalidArgument)
        return bad("The " + name +
                   " is damaged, or of a kind that this server cannot read. Save it anew in an image program, or send another.");
    return picture;
}

/// Small enough to be worked on, and not yet cut.
Size workingSize(const AVFrame &picture)
{
    const std::int64_t pixels = std::int64_t{picture.width} * picture.height;
    const int shorter = std::min(picture.width, picture.height);
    if (pixels <= kSmall || shorter <= kShortSide)
        return {picture.width, picture.height};
    const auto scaled = [&](int side) {
        return std::max(1, static_cast<int>(std::lround(static_cast<double>(side) * kShortSide / shorter)));
    };
    return {scaled(picture.width), scaled(picture.height)};
}

/// Where in the stored picture the sample of the upright one is that stands at (x, y): EXIF 2.3, 4.6.4 A.
struct Place
{
    int x = 0, y = 0;
};
Place stored(std::uint8_t orientation, int x, int y, int side)
{
    const int last = side - 1;
    switch (orientation) {
    case 2:
        return {last - x, y};
    case 3:
        return {last - x, last - y};
    case 4:
        return {x, last - y};
    case 5:
        return {y, x};
    case 6:
        return {y, last - x};
    case 7:
        return {last - y, last - x};
    case 8:
        return {last - y, x};
    default:
        return {x, y};
    }
}

std::uint8_t onWhite(unsigned value, unsigned alpha)
{
    return static_cast<std::uint8_t>((value * alpha + 255 * (255 - alpha) + 127) / 255);
}

/// The square in the middle, upright, without what shines through.
Result<FrameHandle> square(const Libraries &av, const AVFrame &picture, std::uint8_t orientation)
{
    const int side = std::min(picture.width, picture.height);
    const int left = (picture.width - side) / 2;
    const int top = (picture.height - side) / 2;
    auto made = newPicture(av, side, side, AV_PIX_FMT_RGBA);
    if (!made)
        return noMemory();
    for (int y = 0; y < side; ++y) {
        auto *out = made->data[0] + static_cast<std::ptrdiff_t>(made->linesize[0]) * y;
        for (int x = 0; x < side; ++x, out += kPixel) {
            const auto place = stored(orientation, x, y, side);
            const auto *const in = picture.data[0] + static_cast<std::ptrdiff_t>(picture.linesize[0]) * (top + place.y) +
                                   std::ptrdiff_t{left + place.x} * kPixel;
            for (int i = 0; i < 3; ++i)
                out[i] = onWhite(in[i], in[3]);
            out[3] = 255;
        }
    }
    made->colorspace = AVCOL_SPC_RGB;
    made->color_range = AVCOL_RANGE_JPEG;
    return made;
}

} // namespace

Result<Still> makePortrait(const Libraries &av, std::span<const std::uint8_t> file, int side, int quality)
{
    const auto kind = media::imageKind(file);
    if (!kind)
        return bad("This is no JPEG, PNG, WebP or GIF. Send a picture of one of these kinds.");
    const std::string name(nameOf(*kind));
    const auto image = media::readImageFile(file);
    if (!image)
        return bad("The " + name + " is damaged or not whole. Send it again, or save it anew in an image program.");
    if (image->width > kMaxSide || image->height > kMaxSide || std::int64_t{image->width} * image->height > kMaxPortraitPixels)
        return bad("The picture is " + std::to_string(image->width) + "x" + std::to_string(image->height) +
                   "; the most is 40 megapixels and 8192 on a side. Make it smaller first.");
    auto picture = decoded(av, *image);
    if (!picture)
        return picture.error();
    const auto working = workingSize(**picture);
    auto rgba = Scaler(av).scale(**picture, working, AV_PIX_FMT_RGBA, {AVCOL_SPC_SMPTE170M, true});
    if (!rgba)
        return rgba.error();
    picture->reset();
    auto cut = square(av, **rgba, image->orientation);
    if (!cut)
        return cut.error();
    rgba->reset();
    auto scaled = Scaler(av).scale(**cut, {side, side}, AV_PIX_FMT_YUV420P, kJfif);
    if (!scaled)
        return scaled.error();
    auto jpeg = encodeJpeg(av, **scaled, quality);
    if (!jpeg)
        return jpeg.error();
    return Still{{side, side}, std::move(*jpeg)};
}

} // namespace matinee::transcode
