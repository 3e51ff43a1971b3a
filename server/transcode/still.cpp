#include "transcode/still.h"

#include "transcode/decoder.h"
#include "transcode/jpeg.h"
#include "transcode/scaler.h"

namespace matinee::transcode {

namespace {

constexpr std::int64_t kMaxPixels = std::int64_t{kMaxSide} * kMaxSide;

} // namespace

Result<Still> makeStill(const Libraries &av, const KeyFrame &frame, Size most, int quality)
{
    const auto codec = videoCodec(frame.codec);
    if (codec == AV_CODEC_ID_NONE)
        return fail(ErrorCode::InvalidArgument, "A picture can only be made of video.");
    auto decoder = Decoder::open(av, {.codec = codec, .config = frame.config, .maxPixels = kMaxPixels, .wholePictures = true});
    if (!decoder)
        return decoder.error();
    const auto picture = onlyPicture(av, *decoder, frame.payload);
    if (!picture)
        return picture.error();
    const auto &aspect = (*picture)->sample_aspect_ratio;
    const auto size = fitInto({(*picture)->width, (*picture)->height}, aspect.num, aspect.den, most);
    auto scaled = Scaler(av).scale(**picture, size, AV_PIX_FMT_YUV420P, kJfif);
    if (!scaled)
        return scaled.error();
    auto jpeg = encodeJpeg(av, **scaled, quality);
    if (!jpeg)
        return jpeg.error();
    return Still{size, std::move(*jpeg)};
}

} // namespace matinee::transcode
