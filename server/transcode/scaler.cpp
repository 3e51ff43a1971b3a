#include "transcode/scaler.h"

namespace matinee::transcode {

namespace {

constexpr int kOne = 1 << 16; // of contrast and saturation, in libswscale's fixed point
constexpr int kHighDefinition = 720;

/// The "J" formats say by their name what the range says; libswscale complains of each of them.
AVPixelFormat withoutRange(int format)
{
    switch (format) {
    case AV_PIX_FMT_YUVJ420P:
        return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
        return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
        return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P:
        return AV_PIX_FMT_YUV440P;
    default:
        return static_cast<AVPixelFormat>(format);
    }
}

} // namespace

Colours coloursOf(const AVFrame &picture)
{
    Colours colours;
    const bool jpeg = withoutRange(picture.format) != picture.format;
    colours.fullRange = jpeg || picture.color_range == AVCOL_RANGE_JPEG;
    const bool named = picture.colorspace != AVCOL_SPC_UNSPECIFIED && picture.colorspace != AVCOL_SPC_RESERVED;
    if (named && picture.colorspace != AVCOL_SPC_RGB)
        colours.matrix = picture.colorspace;
    else if (jpeg || picture.height < kHighDefinition)
        colours.matrix = AVCOL_SPC_SMPTE170M;
    return colours;
}

Result<void> Scaler::prepare(const Way &way)
{
    if (m_scaler && way == m_way)
        return {};
    m_scaler.reset();
    ScalerHandle scaler(m_av.sws_alloc_context(), Free{&m_av});
    if (!scaler)
        return noMemory();
    // The ranges before the start: where size and format stay, libswscale decides then whether a mere copy will do.
    const std::pair<const char *, std::int64_t> options[] = {
        {"srcw", way.from.width},       {"srch", way.from.height},
        {"src_format", way.fromFormat}, {"src_range", way.fromColours.fullRange ? 1 : 0},
        {"dstw", way.to.width},         {"dsth", way.to.height},
        {"dst_format", way.toFormat},   {"dst_range", way.toColours.fullRange ? 1 : 0},
        {"sws_flags", SWS_BICUBIC}};
    for (const auto &[name, value] : options)
        (void)m_av.av_opt_set_int(scaler.get(), name, value, 0);
    if (m_av.sws_init_context(scaler.get(), nullptr, nullptr) < 0)
        return fail(ErrorCode::InvalidArgument, "A picture of " + std::to_string(way.from.width) + "x" + std::to_string(way.from.height) +
                                                    " cannot be made " + std::to_string(way.to.width) + "x" +
                                                    std::to_string(way.to.height) + " by libswscale.");
    // Refused where neither side has a matrix to speak of, which does no harm.
    (void)m_av.sws_setColorspaceDetails(scaler.get(), m_av.sws_getCoefficients(way.fromColours.matrix), way.fromColours.fullRange ? 1 : 0,
                                        m_av.sws_getCoefficients(way.toColours.matrix), way.toColours.fullRange ? 1 : 0, 0, kOne, kOne);
    m_scaler = std::move(scaler);
    m_way = way;
    return {};
}

Result<FrameHandle> Scaler::scale(const AVFrame &source, Size size, AVPixelFormat format, Colours colours)
{
    const Way way{{source.width, source.height}, size, withoutRange(source.format), format, coloursOf(source), colours};
    if (auto prepared = prepare(way); !prepared)
        return prepared.error();
    auto made = newPicture(m_av, size.width, size.height, format);
    if (!made)
        return noMemory();
    const int lines = m_av.sws_scale(m_scaler.get(), source.data, source.linesize, 0, source.height, made->data, made->linesize);
    if (lines != size.height)
        return fail(ErrorCode::InvalidArgument, "A picture could not be scaled.");
    made->colorspace = colours.matrix;
    made->color_range = colours.fullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    made->color_primaries = source.color_primaries;
    made->color_trc = source.color_trc;
    return made;
}

} // namespace matinee::transcode
