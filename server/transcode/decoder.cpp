#include "transcode/decoder.h"

#include "transcode/size.h"

#include <cstring>
#include <utility>

namespace matinee::transcode {

namespace {

constexpr std::size_t kMaxConfigBytes = 64 * 1024;
constexpr std::size_t kMaxAccessUnit = std::size_t{16} << 20;

std::string nameOf(const Libraries &av, AVCodecID codec)
{
    return codec == AV_CODEC_ID_MJPEG ? "JPEG" : av.avcodec_get_name(codec);
}

Result<void> giveConfig(const Libraries &av, AVCodecContext &context, std::span<const std::uint8_t> config)
{
    if (config.size() > kMaxConfigBytes)
        return fail(ErrorCode::InvalidArgument, "The decoder configuration is longer than 64 KiB.");
    if (config.empty())
        return {};
    context.extradata = static_cast<std::uint8_t *>(av.av_mallocz(config.size() + AV_INPUT_BUFFER_PADDING_SIZE));
    if (!context.extradata)
        return noMemory();
    std::memcpy(context.extradata, config.data(), config.size());
    context.extradata_size = static_cast<int>(config.size());
    return {};
}

} // namespace

AVCodecID videoCodec(media::Codec codec)
{
    switch (codec) {
    case media::Codec::H264:
        return AV_CODEC_ID_H264;
    case media::Codec::Hevc:
        return AV_CODEC_ID_HEVC;
    case media::Codec::Av1:
        return AV_CODEC_ID_AV1;
    case media::Codec::Vp9:
        return AV_CODEC_ID_VP9;
    default:
        return AV_CODEC_ID_NONE;
    }
}

Decoder::Decoder(const Libraries &av, ContextHandle context, bool wholePictures)
    : m_av(&av), m_context(std::move(context)), m_packet(newPacket(av)), m_frame(newFrame(av)), m_wholePictures(wholePictures)
{
}

Result<Decoder> Decoder::open(const Libraries &av, const DecoderOptions &options)
{
    const auto *const codec = av.avcodec_find_decoder(options.codec);
    if (!codec)
        return fail(ErrorCode::Unavailable, "This system's libavcodec has no decoder for " + nameOf(av, options.codec) + ".");
    auto context = newContext(av, codec);
    if (!context)
        return noMemory();
    // What an MP4 says of VP9 beside its frames is for players that choose, not for decoders.
    const auto config = options.codec == AV_CODEC_ID_VP9 ? std::span<const std::uint8_t>() : options.config;
    if (auto given = giveConfig(av, *context, config); !given)
        return given.error();
    context->max_pixels = options.maxPixels;
    context->pkt_timebase = {1, 1'000'000};
    context->thread_count = options.threads;
    // Threads by frame keep as many pictures back as there are threads, so they are for pictures that one thread cannot keep up with.
    context->thread_type = options.threads > 2 ? FF_THREAD_FRAME | FF_THREAD_SLICE : FF_THREAD_SLICE;
    if (options.wholePictures) {
        context->err_recognition = AV_EF_EXPLODE;
        // The only access unit that will come is shown, whether or not the decoder would like to see more before it.
        context->flags2 |= AV_CODEC_FLAG2_SHOW_ALL;
    }
    if (const int code = av.avcodec_open2(context.get(), codec, nullptr); code < 0)
        return fail(ErrorCode::InvalidArgument,
                    av.complaint("The decoder for " + nameOf(av, options.codec) + " does not take the configuration", code));
    Decoder decoder(av, std::move(context), options.wholePictures);
    if (!decoder.m_packet || !decoder.m_frame)
        return noMemory();
    return decoder;
}

Result<void> Decoder::send(std::span<const std::uint8_t> bytes, std::int64_t pts)
{
    if (bytes.empty() || bytes.size() > kMaxAccessUnit)
        return fail(ErrorCode::InvalidArgument, "A frame is empty or larger than 16 MiB.");
    // A copy with zeros behind it: decoders read some bytes beyond the end.
    if (m_av->av_new_packet(m_packet.get(), static_cast<int>(bytes.size())) < 0)
        return noMemory();
    std::memcpy(m_packet->data, bytes.data(), bytes.size());
    m_packet->pts = pts;
    const int code = m_av->avcodec_send_packet(m_context.get(), m_packet.get());
    m_av->av_packet_unref(m_packet.get());
    if (code < 0)
        return fail(ErrorCode::InvalidArgument, m_av->complaint("A frame could not be decoded", code));
    return {};
}

void Decoder::finish()
{
    (void)m_av->avcodec_send_packet(m_context.get(), nullptr);
}

Result<AVFrame *> Decoder::receive()
{
    if (!m_frame)
        return noMemory();
    m_av->av_frame_unref(m_frame.get());
    const int code = m_av->avcodec_receive_frame(m_context.get(), m_frame.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF)
        return static_cast<AVFrame *>(nullptr);
    if (code < 0)
        return fail(ErrorCode::InvalidArgument, m_av->complaint("A picture could not be decoded", code));
    if (m_frame->width > kMaxSide || m_frame->height > kMaxSide || m_frame->width < 1 || m_frame->height < 1)
        return fail(ErrorCode::InvalidArgument,
                    "A picture is " + std::to_string(m_frame->width) + "x" + std::to_string(m_frame->height) + "; the most is 8192x8192.");
    if (m_wholePictures && (m_frame->decode_error_flags != 0 || (m_frame->flags & AV_FRAME_FLAG_CORRUPT) != 0))
        return fail(ErrorCode::InvalidArgument, "A picture is damaged.");
    return m_frame.get();
}

FrameHandle Decoder::release()
{
    return std::exchange(m_frame, newFrame(*m_av));
}

Result<FrameHandle> onlyPicture(const Libraries &av, Decoder &decoder, std::span<const std::uint8_t> bytes)
{
    if (auto sent = decoder.send(bytes, 0); !sent)
        return sent.error();
    decoder.finish();
    const auto picture = decoder.receive();
    if (!picture)
        return picture.error();
    if (!*picture)
        return fail(ErrorCode::InvalidArgument, av.complaint("There is no whole picture in the frame", AVERROR_INVALIDDATA));
    return decoder.release();
}

void Decoder::flush()
{
    m_av->avcodec_flush_buffers(m_context.get());
}

} // namespace matinee::transcode
