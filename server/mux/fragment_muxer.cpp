#include "mux/fragment_muxer.h"

#include "media/codec/aac.h"
#include "mux/audio_clock.h"
#include "mux/container.h"

#include <algorithm>
#include <utility>

namespace matinee::mux {

using media::Codec;
using media::Kind;
using media::MediaTime;

namespace {

constexpr std::int64_t kVideoTicks = 90000;
constexpr std::uint32_t kOpusRate = 48000; // whatever the encoder was given (RFC 7845, 5)
constexpr std::int64_t kFirstDuration = kVideoTicks / 30;
constexpr std::int64_t kLongestDuration = kVideoTicks * 60; // of one frame; a longer pause is no duration
constexpr std::size_t kOpusHeadBytes = 19;
constexpr std::size_t kVpccBytes = 8;
constexpr std::size_t kAvccBytes = 7;
constexpr std::size_t kHvccBytes = 23;
constexpr std::size_t kAv1cBytes = 4;

std::int64_t toTicks(MediaTime time, std::int64_t rate)
{
    const auto count = time.count(); // in two steps: no stream is so old that its product would not fit, but no input may overflow
    return count / 1'000'000 * rate + count % 1'000'000 * rate / 1'000'000;
}

MediaTime toTime(std::int64_t ticks, std::int64_t rate)
{
    return MediaTime(ticks / rate * 1'000'000 + ticks % rate * 1'000'000 / rate);
}

/// What vpcC says (VP Codec ISO Media File Format Binding, 2.2), libavformat wants as a pixel format.
AVPixelFormat pixelFormatOf(unsigned depth, unsigned subsampling)
{
    constexpr AVPixelFormat formats[3][3] = {
        {AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV444P},
        {AV_PIX_FMT_YUV420P10, AV_PIX_FMT_YUV422P10, AV_PIX_FMT_YUV444P10},
        {AV_PIX_FMT_YUV420P12, AV_PIX_FMT_YUV422P12, AV_PIX_FMT_YUV444P12},
    };
    const unsigned row = depth >= 12 ? 2 : depth >= 10 ? 1 : 0;
    return formats[row][subsampling < 2 ? 0 : std::min(subsampling - 1, 2U)];
}

struct Output
{
    media::TrackPtr track;
    int index = 0;
    std::int64_t rate = kVideoTicks;
    std::optional<std::int64_t> lastDts;
    std::int64_t step = kFirstDuration; // between the last two video frames
    std::optional<AudioClock> clock;    // audio
    std::optional<std::int64_t> first;  // of the fragment
    std::int64_t end = 0;               // of the fragment so far
    bool independent = false;           // the fragment begins with a key frame
};

/// The last video frame: libavformat wants to know how long it lasts, which the next one tells.
struct Held
{
    media::Bytes payload;
    std::int64_t pts = 0;
    std::int64_t dts = 0;
    bool key = false;
};

} // namespace

struct FragmentMuxer::State
{
    explicit State(const LibAv &libav) : container(libav) {}

    Result<void> add(const media::TrackPtr &track);
    Result<void> describeVideo(Output &output, AVStream &stream);
    Result<void> describeAudio(Output &output, AVStream &stream);
    Result<void> start();
    Result<void> release(std::int64_t duration);
    Result<void> writeVideo(Output &output, const media::Frame &frame);
    Result<void> writeAudio(Output &output, const media::Frame &frame);
    [[nodiscard]] Output *video();

    Container container;
    std::vector<Output> outputs;
    std::string init;
    std::optional<Held> held;
    std::size_t pending = 0;
};

Output *FragmentMuxer::State::video()
{
    const auto found = std::find_if(outputs.begin(), outputs.end(), [](const Output &output) { return output.track->kind == Kind::Video; });
    return found == outputs.end() ? nullptr : &*found;
}

Result<void> FragmentMuxer::State::describeVideo(Output &output, AVStream &stream)
{
    const auto &track = *output.track;
    auto &parameters = *stream.codecpar;
    parameters.codec_type = AVMEDIA_TYPE_VIDEO;
    parameters.width = static_cast<int>(track.width);
    parameters.height = static_cast<int>(track.height);
    switch (track.codec) {
    case Codec::H264:
        parameters.codec_id = AV_CODEC_ID_H264;
        break;
    case Codec::Hevc:
        parameters.codec_id = AV_CODEC_ID_HEVC;
        parameters.codec_tag = MKTAG('h', 'v', 'c', '1'); // Apple's players take no hev1
        break;
    case Codec::Av1:
        parameters.codec_id = AV_CODEC_ID_AV1;
        break;
    default:
        if (track.config.size() < kVpccBytes)
            return fail(ErrorCode::InvalidArgument, "The VP9 configuration is too short.");
        parameters.codec_id = AV_CODEC_ID_VP9;
        parameters.profile = track.config[0];
        parameters.level = track.config[1];
        parameters.format = pixelFormatOf(track.config[2] >> 4, track.config[2] >> 1 & 7);
        parameters.color_range = (track.config[2] & 1) != 0 ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
        parameters.color_primaries = static_cast<AVColorPrimaries>(track.config[3]);
        parameters.color_trc = static_cast<AVColorTransferCharacteristic>(track.config[4]);
        parameters.color_space = static_cast<AVColorSpace>(track.config[5]);
        return {}; // libavformat makes the box of these
    }
    // What is no such record libavformat would take for start codes, and make an empty box of.
    const bool av1 = track.codec == Codec::Av1;
    const std::size_t least = track.codec == Codec::H264 ? kAvccBytes : av1 ? kAv1cBytes : kHvccBytes;
    if (track.config.size() < least || track.config[0] != (av1 ? 0x81 : 1))
        return fail(ErrorCode::InvalidArgument, "The video track has no usable decoder configuration.");
    return container.setConfig(stream, track.config);
}

Result<void> FragmentMuxer::State::describeAudio(Output &output, AVStream &stream)
{
    const auto &track = *output.track;
    auto &parameters = *stream.codecpar;
    parameters.codec_type = AVMEDIA_TYPE_AUDIO;
    std::uint32_t rate = track.sampleRate;
    std::uint32_t channels = track.channels;
    std::uint32_t samples = 1152;
    switch (track.codec) {
    case Codec::Aac: {
        const auto config = media::aac::parseAudioConfig(track.config);
        if (!config)
            return fail(ErrorCode::InvalidArgument, std::string(media::aac::describe(config.error())));
        parameters.codec_id = AV_CODEC_ID_AAC;
        rate = config->sampleRate;
        channels = config->channels;
        samples = config->samplesPerFrame;
        break;
    }
    case Codec::Opus:
        if (track.config.size() < kOpusHeadBytes)
            return fail(ErrorCode::InvalidArgument, "The Opus configuration is too short.");
        parameters.codec_id = AV_CODEC_ID_OPUS;
        rate = kOpusRate;
        samples = 960;
        break;
    default:
        parameters.codec_id = AV_CODEC_ID_MP3;
        samples = rate < 32000 ? 576 : 1152;
    }
    if (rate == 0 || rate > 384000 || channels == 0 || channels > 64)
        return fail(ErrorCode::InvalidArgument, "The audio track names no usable sample rate or number of channels.");
    output.rate = rate;
    output.clock.emplace(samples, rate, rate);
    parameters.sample_rate = static_cast<int>(rate);
    parameters.frame_size = static_cast<int>(samples);
    container.av.av_channel_layout_default(&parameters.ch_layout, static_cast<int>(channels));
    return track.config.empty() ? Result<void>{} : container.setConfig(stream, track.config);
}

Result<void> FragmentMuxer::State::add(const media::TrackPtr &track)
{
    const auto stream = container.addStream();
    if (!stream)
        return stream.error();
    Output output;
    output.track = track;
    output.index = (*stream)->index;
    const auto described = track->kind == Kind::Video ? describeVideo(output, **stream) : describeAudio(output, **stream);
    if (!described)
        return described.error();
    (*stream)->time_base = {1, static_cast<int>(output.rate)};
    outputs.push_back(std::move(output));
    return {};
}

Result<void> FragmentMuxer::State::start()
{
    AVDictionary *options = nullptr;
    const auto set = [&](const char *name, const char *value) { container.av.av_dict_set(&options, name, value, 0); };
    // frag_discont: the first fragment says where it stands, not that it stands at 0. See cut().
    set("movflags", "+empty_moov+default_base_moof+frag_custom+frag_discont+skip_trailer");
    set("use_editlist", "0");
    set("video_track_timescale", "90000");
    if (const auto started = container.start(options); !started)
        return started.error();
    for (const auto &output : outputs) {
        if (container.context->streams[output.index]->time_base.den != output.rate)
            return fail(ErrorCode::Internal, "libavformat chose another time scale than it was given.");
    }
    init = container.take();
    return {};
}

FragmentMuxer::FragmentMuxer(std::unique_ptr<State> state) : m_state(std::move(state)) {}

FragmentMuxer::~FragmentMuxer() = default;

Result<void> FragmentMuxer::load()
{
    const auto av = libav();
    if (!av)
        return av.error();
    return {};
}

bool FragmentMuxer::carries(const media::Track &track)
{
    switch (track.codec) {
    case Codec::H264:
    case Codec::Hevc:
    case Codec::Av1:
    case Codec::Vp9:
    case Codec::Aac:
    case Codec::Opus:
    case Codec::Mp3:
        return true;
    }
    return false;
}

Result<std::unique_ptr<FragmentMuxer>> FragmentMuxer::create(const std::vector<media::TrackPtr> &tracks)
{
    using Answer = Result<std::unique_ptr<FragmentMuxer>>;
    if (std::none_of(tracks.begin(), tracks.end(), [](const auto &track) { return carries(*track); }))
        return fail(ErrorCode::FailedPrecondition, "Fragmented MP4 cannot carry the codecs of this stream.");
    const auto av = libav();
    if (!av)
        return av.error();
    auto state = std::make_unique<State>(**av);
    if (const auto opened = state->container.open("mp4"); !opened)
        return opened.error();
    for (const auto &track : tracks) {
        if (!carries(*track))
            continue;
        if (const auto added = state->add(track); !added)
            return added.error();
    }
    if (const auto started = state->start(); !started)
        return started.error();
    return Answer(std::unique_ptr<FragmentMuxer>(new FragmentMuxer(std::move(state))));
}

bool FragmentMuxer::has(const media::Track &track) const
{
    return std::any_of(m_state->outputs.begin(), m_state->outputs.end(),
                       [&](const Output &output) { return output.track.get() == &track; });
}

const std::string &FragmentMuxer::init() const
{
    return m_state->init;
}

/// Writes the video frame that was held back.
Result<void> FragmentMuxer::State::release(std::int64_t duration)
{
    if (!held)
        return {};
    auto &output = *video();
    const auto written = container.write(held->payload, {output.index, held->pts, held->dts, duration, held->key});
    if (written) {
        if (!output.first) {
            output.first = held->dts;
            output.independent = held->key;
        }
        output.end = held->dts + duration;
        output.step = duration;
    }
    held.reset();
    return written;
}

Result<void> FragmentMuxer::State::writeVideo(Output &output, const media::Frame &frame)
{
    // Composition offsets may be negative (signed 24 bits in FLV); libavformat takes none. Such a frame is decoded earlier instead: when
    // it is shown stays the same.
    const auto pts = std::max<std::int64_t>(toTicks(frame.pts, output.rate), 0);
    auto dts = std::max<std::int64_t>(std::min(toTicks(frame.dts, output.rate), pts), 0);
    if (output.lastDts)
        dts = std::max(dts, *output.lastDts + 1);
    const auto released = release(held ? std::min(dts - held->dts, kLongestDuration) : 0);
    output.lastDts = dts;
    held.emplace();
    held->payload = frame.payload;
    held->pts = std::max(pts, dts);
    held->dts = dts;
    held->key = frame.key;
    pending += frame.payload.size();
    return released;
}

Result<void> FragmentMuxer::State::writeAudio(Output &output, const media::Frame &frame)
{
    std::uint32_t samples = 0;
    if (frame.track->codec == Codec::Opus) {
        const auto counted = opusSamples(frame.payload);
        if (!counted)
            return fail(ErrorCode::InvalidArgument, "The Opus packet does not say how long it is.");
        samples = *counted;
    } else if (frame.track->codec == Codec::Mp3) {
        const auto header = mp3Header(frame.payload);
        if (!header)
            return fail(ErrorCode::InvalidArgument, "The MP3 frame has no header.");
        samples = header->samples;
    } else {
        samples = static_cast<std::uint32_t>(container.context->streams[output.index]->codecpar->frame_size);
    }
    const auto dts = output.clock->next(std::max<std::int64_t>(toTicks(frame.dts, output.rate), 0), samples);
    const std::int64_t duration = output.clock->end() - dts;
    if (const auto written = container.write(frame.payload, {output.index, dts, dts, duration, true}); !written)
        return written.error();
    if (!output.first) {
        output.first = dts;
        output.independent = true;
    }
    output.end = dts + duration;
    pending += frame.payload.size();
    return {};
}

Result<void> FragmentMuxer::write(const media::Frame &frame)
{
    auto &state = *m_state;
    const auto found =
        std::find_if(state.outputs.begin(), state.outputs.end(), [&](const Output &output) { return output.track == frame.track; });
    if (found == state.outputs.end())
        return fail(ErrorCode::FailedPrecondition, "The frame belongs to a track that this file does not have.");
    if (frame.payload.empty())
        return fail(ErrorCode::InvalidArgument, "The frame is empty.");
    return frame.isVideo() ? state.writeVideo(*found, frame) : state.writeAudio(*found, frame);
}

Result<Fragment> FragmentMuxer::cut(std::optional<MediaTime> next)
{
    auto &state = *m_state;
    if (state.held) {
        auto duration = state.video()->step;
        if (next)
            duration = std::clamp<std::int64_t>(toTicks(*next, kVideoTicks) - state.held->dts, 1, kLongestDuration);
        (void)state.release(duration); // refused or not: the others must come out
    }
    Fragment fragment;
    auto bytes = state.container.flush();
    if (!bytes)
        return bytes.error();
    fragment.bytes = std::move(*bytes);
    // Without this libavformat lets a fragment begin where the durations of the last one's frames end, and a gap would be forgotten.
    state.container.setOption("movflags", "+frag_discont");
    state.pending = 0;
    const Output *lead = nullptr; // the video, or the first that has anything
    for (const auto &output : state.outputs) {
        if (output.first && (!lead || output.track->kind == Kind::Video))
            lead = &output;
    }
    if (lead) {
        fragment.begins = toTime(*lead->first, lead->rate);
        fragment.duration = toTime(lead->end, lead->rate) - fragment.begins;
        fragment.independent = lead->independent && (lead->track->kind == Kind::Video || !state.video());
    }
    for (auto &output : state.outputs)
        output.first.reset();
    return fragment;
}

std::size_t FragmentMuxer::pendingBytes() const
{
    return m_state->pending;
}

} // namespace matinee::mux
