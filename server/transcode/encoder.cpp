#include "transcode/encoder.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace matinee::transcode {

namespace {

constexpr int kMain = 77; // profile_idc
constexpr int kThousand = 1000;
constexpr int kNeverByItself = 1 << 24; // pictures between key pictures
constexpr std::size_t kMaxInside = 64;
// The distance of pictures is that of many, or of the last few where that is less.
constexpr std::size_t kMany = 32;
constexpr std::size_t kFew = 4;
constexpr double kFarthest = 8;
constexpr double kOfNote = 0.1;

bool isX264(const AVCodec &codec)
{
    return std::string_view(codec.name) == "libx264";
}

/// The largest frame rate there may be is the clock, and what the stream says of itself; pictures that come less often skip ticks.
AVRational clockOf(const EncoderOptions &options)
{
    return {kThousand, std::max(1, static_cast<int>(std::lround(options.maxFps * kThousand)))};
}

std::int64_t rateOf(const EncoderOptions &options)
{
    return std::min<std::int64_t>(std::int64_t{options.videoKbps} * 1000, 1'000'000'000);
}

void describe(AVCodecContext &context, const AVCodec &codec, const EncoderOptions &options, const AVFrame &like)
{
    const auto rate = rateOf(options);
    context.width = options.size.width;
    context.height = options.size.height;
    context.pix_fmt = AV_PIX_FMT_YUV420P;
    context.time_base = clockOf(options);
    context.framerate = {context.time_base.den, context.time_base.num};
    context.sample_aspect_ratio = like.sample_aspect_ratio;
    context.colorspace = like.colorspace;
    context.color_range = like.color_range;
    context.color_primaries = like.color_primaries;
    context.color_trc = like.color_trc;
    context.profile = kMain;
    if (options.level > 0)
        context.level = options.level;
    context.gop_size = kNeverByItself;
    context.max_b_frames = 0;
    context.flags |= AV_CODEC_FLAG_CLOSED_GOP;
    context.thread_count = options.threads;
    context.rc_max_rate = rate;
    context.rc_buffer_size = static_cast<int>(rate); // one second
    if (!isX264(codec))
        context.bit_rate = rate; // libx264 aims at a quality below the cap instead
}

/// Options of this encoder alone; what one does not know it leaves.
AVDictionary *privateOptions(const Libraries &av, const AVCodec &codec)
{
    AVDictionary *options = nullptr;
    if (!isX264(codec))
        return options;
    const std::pair<const char *, const char *> all[] = {{"preset", "veryfast"}, {"tune", "zerolatency"}, {"profile", "main"},
                                                         {"crf", "23"},          {"forced-idr", "1"},     {"sc_threshold", "0"}};
    for (const auto &[name, value] : all)
        av.av_dict_set(&options, name, value, 0);
    return options;
}

} // namespace

std::vector<const AVCodec *> h264Encoders(const Libraries &av)
{
    std::vector<const AVCodec *> found;
    const auto add = [&](const AVCodec *codec) {
        if (codec && std::find(found.begin(), found.end(), codec) == found.end())
            found.push_back(codec);
    };
    add(av.avcodec_find_encoder_by_name("libx264"));
    add(av.avcodec_find_encoder_by_name("libopenh264"));
    for (const bool hardware : {false, true}) {
        void *position = nullptr;
        while (const auto *const codec = av.av_codec_iterate(&position)) {
            const bool other = codec->id != AV_CODEC_ID_H264 || av.av_codec_is_encoder(codec) == 0;
            // Of pictures in RGB players make nothing.
            if (other || std::string_view(codec->name) == "libx264rgb" || (codec->capabilities & AV_CODEC_CAP_EXPERIMENTAL) != 0)
                continue;
            if (((codec->capabilities & AV_CODEC_CAP_HARDWARE) != 0) == hardware)
                add(codec);
        }
    }
    return found;
}

Encoder::Encoder(const Libraries &av, ContextHandle context, const EncoderOptions &options)
    : m_av(&av), m_context(std::move(context)), m_packet(newPacket(av)), m_options(options)
{
}

Result<Encoder> Encoder::open(const Libraries &av, const AVCodec &codec, const EncoderOptions &options, const AVFrame &like)
{
    auto context = newContext(av, &codec);
    if (!context)
        return noMemory();
    describe(*context, codec, options, like);
    auto *privately = privateOptions(av, codec);
    const int code = av.avcodec_open2(context.get(), &codec, &privately);
    av.av_dict_free(&privately);
    if (code < 0)
        return fail(ErrorCode::Unavailable, av.complaint("The encoder " + std::string(codec.name) + " does not work here", code));
    Encoder encoder(av, std::move(context), options);
    if (!encoder.m_packet)
        return noMemory();
    return encoder;
}

Result<void> Encoder::send(AVFrame &picture, media::MediaTime pts, bool key)
{
    if (!m_begin)
        m_begin = pts;
    const double seconds = std::chrono::duration<double>(pts - *m_begin).count();
    // Two pictures never share a tick, however their times were rounded.
    m_ticks = std::max(m_ticks + 1, static_cast<std::int64_t>(std::llround(seconds * m_options.maxFps)));
    picture.pts = m_ticks;
    picture.pict_type = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    m_inside.emplace_back(m_ticks, pts);
    if (m_inside.size() > kMaxInside)
        m_inside.pop_front();
    followDistance();
    if (const int code = m_av->avcodec_send_frame(m_context.get(), &picture); code < 0) {
        m_inside.pop_back();
        return fail(ErrorCode::Internal, m_av->complaint("A picture could not be encoded", code));
    }
    return {};
}

/// Without a picture's delay libx264 does not know how long the newest one lasts, and spends on each what a tick may cost. Pictures that
/// are two ticks apart may cost twice as much; its cap can be changed as it runs.
void Encoder::followDistance()
{
    m_recent.push_back(m_ticks);
    if (m_recent.size() > kMany)
        m_recent.pop_front();
    if (m_recent.size() < kMany || !isX264(*m_context->codec))
        return;
    const auto distance = [&](std::size_t pictures) {
        return static_cast<double>(m_ticks - m_recent[m_recent.size() - 1 - pictures]) / static_cast<double>(pictures);
    };
    const double now = std::clamp(std::min(distance(kMany - 1), distance(kFew)), 1.0, kFarthest);
    if (std::abs(now - m_distance) < m_distance * kOfNote)
        return;
    m_distance = now;
    limit();
}

void Encoder::limit()
{
    const auto rate = rateOf(m_options);
    m_context->rc_max_rate = std::min<std::int64_t>(std::llround(static_cast<double>(rate) * m_distance), 2'000'000'000);
    m_context->rc_buffer_size = static_cast<int>(rate);
}

void Encoder::setRate(std::uint32_t kbps)
{
    if (kbps == m_options.videoKbps || !isX264(*m_context->codec))
        return;
    m_options.videoKbps = kbps;
    limit();
}

void Encoder::finish()
{
    (void)m_av->avcodec_send_frame(m_context.get(), nullptr);
}

std::optional<Encoder::Coded> Encoder::receive()
{
    if (m_av->avcodec_receive_packet(m_context.get(), m_packet.get()) < 0)
        return std::nullopt;
    Coded coded;
    coded.annexB.assign(m_packet->data, m_packet->data + m_packet->size);
    coded.key = (m_packet->flags & AV_PKT_FLAG_KEY) != 0;
    while (!m_inside.empty() && m_inside.front().first < m_packet->pts)
        m_inside.pop_front();
    const bool known = !m_inside.empty() && m_inside.front().first == m_packet->pts;
    if (known)
        coded.pts = m_inside.front().second;
    m_av->av_packet_unref(m_packet.get());
    if (!known)
        return std::nullopt;
    return coded;
}

} // namespace matinee::transcode
