#include "transcode/jpeg.h"

#include "transcode/decoder.h"

#include <algorithm>
#include <cmath>

namespace matinee::transcode {

namespace {

/// libavcodec's quantiser for a quality as people give it: 100 is 1, 75 is 5, 50 is 12, 1 is 31.
int quantiser(int quality)
{
    const double less = 100.0 - std::clamp(quality, 1, 100);
    return std::clamp(static_cast<int>(std::lround(1 + less * (0.12 + 0.0019 * less))), 1, 31);
}

} // namespace

Result<media::Bytes> encodeJpeg(const Libraries &av, AVFrame &picture, int quality)
{
    const auto *const codec = av.avcodec_find_encoder(AV_CODEC_ID_MJPEG);
    if (!codec)
        return fail(ErrorCode::Unavailable, "This system's libavcodec has no encoder for JPEG.");
    auto context = newContext(av, codec);
    auto packet = newPacket(av);
    if (!context || !packet)
        return noMemory();
    context->width = picture.width;
    context->height = picture.height;
    context->pix_fmt = AV_PIX_FMT_YUV420P;
    context->color_range = AVCOL_RANGE_JPEG;
    context->colorspace = AVCOL_SPC_SMPTE170M;
    context->time_base = {1, 25}; // of no meaning, and wanted
    context->thread_count = 1;
    context->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT; // the latter: the library's version stays out of the file
    context->global_quality = quantiser(quality) * FF_QP2LAMBDA;
    int code = av.avcodec_open2(context.get(), codec, nullptr);
    if (code < 0)
        return fail(ErrorCode::Unavailable, av.complaint("The encoder for JPEG does not work here", code));
    picture.quality = context->global_quality;
    picture.pts = 0;
    code = av.avcodec_send_frame(context.get(), &picture);
    if (code >= 0)
        code = av.avcodec_send_frame(context.get(), nullptr);
    if (code >= 0)
        code = av.avcodec_receive_packet(context.get(), packet.get());
    if (code < 0)
        return fail(ErrorCode::Internal, av.complaint("A picture could not be made a JPEG", code));
    return media::Bytes(packet->data, packet->data + packet->size);
}

Result<FrameHandle> decodeJpeg(const Libraries &av, std::span<const std::uint8_t> bytes, std::int64_t maxPixels)
{
    auto decoder = Decoder::open(av, {.codec = AV_CODEC_ID_MJPEG, .config = {}, .maxPixels = maxPixels, .wholePictures = true});
    if (!decoder)
        return decoder.error();
    return onlyPicture(av, *decoder, bytes);
}

} // namespace matinee::transcode
