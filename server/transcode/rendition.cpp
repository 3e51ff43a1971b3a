#include "transcode/rendition.h"

#include <algorithm>

namespace matinee::transcode {

namespace {

using media::MediaTime;

constexpr std::int64_t kMaxPixels = std::int64_t{kMaxSide} * kMaxSide;
constexpr std::size_t kMaxKeysInside = 64;
// A source of which nothing could be shown for so long is given up.
constexpr std::uint32_t kPatienceFrames = 300;
constexpr MediaTime kPatience = std::chrono::seconds(10);
constexpr std::uint32_t kPatienceKeys = 2;
constexpr std::uint32_t kLeastKbps = 50;
/// Of two fields at two times the lines of one, which is a smaller picture without combs and costs nothing. True where it was done.
bool keepOneField(AVFrame &picture)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
    const bool interlaced = (picture.flags & AV_FRAME_FLAG_INTERLACED) != 0;
#else
    const bool interlaced = picture.interlaced_frame != 0;
#endif
    // Chroma of 4:2:0 has half the lines, in fields as well.
    if (!interlaced || picture.height < 4 || picture.height % 4 != 0)
        return false;
    for (auto &stride : picture.linesize)
        stride *= 2;
    picture.height /= 2;
    return true;
}

constexpr int kHighDefinition = 720; // lines from which on one thread may be too slow

} // namespace

Rendition::Rendition(const Libraries &av, const RenditionOptions &options)
    : m_av(av), m_options(options), m_scaler(av), m_gate(options.maxFps)
{
}

Result<std::vector<CodedFrame>> Rendition::begin(media::Codec codec, std::span<const std::uint8_t> config)
{
    Frames frames;
    if (m_decoder) {
        m_decoder->finish();
        if (auto drained = drain(frames, false); !drained)
            return drained.error();
        m_decoder.reset();
    }
    if (m_encoder) { // another one, so that nothing of this track comes behind the next
        m_encoder->finish();
        collect(frames);
        m_encoder.reset();
    }
    jump();
    m_firstNext = true;
    const auto id = videoCodec(codec);
    if (id == AV_CODEC_ID_NONE)
        return fail(ErrorCode::InvalidArgument, "A rendition can only be made of video.");
    const DecoderOptions options{.codec = id, .config = config, .maxPixels = kMaxPixels, .threads = std::clamp(m_options.cores, 1, 4)};
    auto decoder = Decoder::open(m_av, options);
    if (!decoder)
        return decoder.error();
    m_decoder.emplace(std::move(*decoder));
    return frames;
}

void Rendition::jump()
{
    if (m_decoder)
        m_decoder->flush();
    m_keys.clear();
    m_awaitsKey = true;
    m_keyNext = true;
}

Result<std::vector<CodedFrame>> Rendition::take(const SourceFrame &frame, bool hurry)
{
    Frames frames;
    if (!m_decoder || (m_awaitsKey && !frame.key))
        return frames;
    m_awaitsKey = false;
    m_sourceRate.add(frame.dts, frame.payload.size());
    if (m_encoder)
        m_encoder->setRate(cap());
    if (m_sinceShown++ == 0)
        m_unshownSince = frame.dts;
    if (frame.key) {
        ++m_keysSinceShown;
        m_keys.push_back({frame.pts, std::max(frame.pts - frame.dts, MediaTime(0))});
        if (m_keys.size() > kMaxKeysInside)
            m_keys.pop_front();
    }
    if (auto sent = m_decoder->send(frame.payload, frame.pts.count()); !sent)
        m_complaint = sent.error().message;
    if (auto drained = drain(frames, hurry); !drained)
        return drained.error();
    const bool enough = m_sinceShown >= kPatienceFrames || (m_sinceShown > 0 && frame.dts - m_unshownSince >= kPatience);
    if (enough && m_keysSinceShown >= kPatienceKeys)
        return fail(ErrorCode::InvalidArgument, "Nothing of the source could be decoded. " + m_complaint);
    return frames;
}

/// A smaller picture that takes more than the source is of use to nobody.
std::uint32_t Rendition::cap() const
{
    const auto source = std::max(m_sourceRate.kbps(), m_options.sourceKbps);
    if (source == 0)
        return m_options.videoKbps;
    return std::clamp(static_cast<std::uint32_t>(source * m_options.sourceShare), std::min(kLeastKbps, m_options.videoKbps),
                      m_options.videoKbps);
}

/// All pictures that the decoder has ready. An error is one of the encoder, or for good.
Result<void> Rendition::drain(Frames &frames, bool hurry)
{
    for (;;) {
        auto picture = m_decoder->receive();
        if (!picture) {
            m_complaint = picture.error().message;
            return {}; // the next frame may be better
        }
        if (!*picture)
            return {};
        if (auto shown = show(**picture, frames, hurry); !shown)
            return shown.error();
    }
}

/// Whether this picture is, or comes after, a key picture of the source that has not been made one yet.
bool Rendition::keyAt(MediaTime pts)
{
    bool key = false;
    while (!m_keys.empty() && m_keys.front().pts <= pts) {
        key = true;
        m_composition = m_keys.front().composition;
        m_keys.pop_front();
    }
    return key;
}

Result<void> Rendition::show(AVFrame &picture, Frames &frames, bool hurry)
{
    if (picture.pts == AV_NOPTS_VALUE)
        return {};
    const MediaTime pts(picture.pts);
    // Pictures that lead up to the first key picture refer to what was never seen.
    const bool leading = m_keyNext && !m_keys.empty() && pts < m_keys.front().pts;
    if (leading || (m_lastPts && pts <= *m_lastPts))
        return {};
    const bool key = keyAt(pts) || m_keyNext;
    if (!m_gate.keep(pts, key))
        return {};
    m_sinceShown = m_keysSinceShown = 0;
    m_skipped = hurry && !key && !m_skipped;
    if (m_skipped) {
        ++m_leftOut;
        return {};
    }
    const auto size = renditionSize({picture.width, picture.height}, m_options.height);
    const Colours colours{coloursOf(picture).matrix, false};
    (void)keepOneField(picture);
    auto scaled = m_scaler.scale(picture, size, AV_PIX_FMT_YUV420P, colours);
    if (!scaled) {
        m_complaint = scaled.error().message;
        return scaled.error();
    }
    (*scaled)->sample_aspect_ratio = picture.sample_aspect_ratio;
    if (auto prepared = prepareEncoder(size, **scaled, frames); !prepared)
        return prepared.error();
    const bool forced = key || m_keyNext; // m_keyNext may have been set by a new encoder
    if (auto sent = m_encoder->send(**scaled, pts, forced); !sent)
        return sent.error();
    m_keyNext = false;
    m_lastPts = pts;
    collect(frames);
    return {};
}

Result<void> Rendition::prepareEncoder(Size size, const AVFrame &like, Frames &frames)
{
    const auto colours = coloursOf(like);
    if (m_encoder && m_encoder->options().size == size && m_encoderColours == colours)
        return {};
    if (m_encoder) {
        m_encoder->finish();
        collect(frames);
        m_encoder.reset();
    }
    const EncoderOptions options{.size = size,
                                 .videoKbps = cap(),
                                 .level = m_options.level,
                                 .maxFps = m_options.maxFps,
                                 .threads = size.height >= kHighDefinition ? std::clamp(m_options.cores, 1, 2) : 1};
    Error error = fail(ErrorCode::Unavailable, kNoEncoder);
    for (const auto *const codec : h264Encoders(m_av)) {
        auto encoder = Encoder::open(m_av, *codec, options, like);
        if (encoder) {
            m_encoder.emplace(std::move(*encoder));
            m_encoderColours = colours;
            m_keyNext = m_firstNext = true;
            return {};
        }
        error = encoder.error();
    }
    return error;
}

/// Decoded as long before it is shown as the source's last key frame, so that key frames of both are at the same times.
void Rendition::collect(Frames &frames)
{
    while (auto coded = m_encoder->receive()) {
        CodedFrame frame;
        frame.dts = coded->pts - m_composition;
        if (m_lastDts && frame.dts <= *m_lastDts)
            frame.dts = std::min(*m_lastDts + MediaTime(1), coded->pts);
        m_lastDts = frame.dts;
        frame.size = m_encoder->options().size;
        frame.first = std::exchange(m_firstNext, false);
        frame.coded = std::move(*coded);
        frames.push_back(std::move(frame));
    }
}

} // namespace matinee::transcode
