#include "mux/ts_muxer.h"

#include "media/codec/aac.h"
#include "media/codec/h264.h"
#include "mux/audio_clock.h"
#include "mux/container.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace matinee::mux {

using media::Codec;
using media::Kind;

namespace {

// Room below the first frame, so that a track that begins a little earlier than the other does not get a negative time.
constexpr std::int64_t kLead = 10 * AudioClock::kTicks;
struct Output
{
    media::TrackPtr track;
    int index = 0;
    std::int64_t lastDts = 0;
    media::h264::DecoderConfig h264;   // video
    std::optional<AudioClock> clock{}; // audio
};

} // namespace

struct TsMuxer::State
{
    explicit State(const LibAv &libav) : container(libav) {}

    Result<void> open();
    Result<void> add(const media::TrackPtr &track);
    Result<void> start();
    [[nodiscard]] std::int64_t ticks(media::MediaTime time) const { return (time - base).count() * 9 / 100 + kLead; }

    Container container;
    std::vector<Output> outputs;
    bool started = false;
    media::MediaTime base{}; // of the first frame written
};

Result<void> TsMuxer::State::open()
{
    if (const auto opened = container.open("mpegts"); !opened)
        return opened.error();
    // The PCR runs this far ahead; half of it bounds how long audio is gathered into a PES packet.
    container.context->max_delay = AV_TIME_BASE / 5;
    return {};
}

Result<void> TsMuxer::State::add(const media::TrackPtr &track)
{
    Output output;
    output.track = track;
    const auto made = container.addStream();
    if (!made)
        return made.error();
    AVStream *const stream = *made;
    output.index = stream->index;
    stream->time_base = {1, static_cast<int>(AudioClock::kTicks)};
    auto &parameters = *stream->codecpar;
    if (track->kind == Kind::Video) {
        auto config = media::h264::parseDecoderConfig(track->config);
        if (!config)
            return fail(ErrorCode::InvalidArgument, std::string(media::h264::describe(config.error())));
        output.h264 = std::move(*config);
        parameters.codec_type = AVMEDIA_TYPE_VIDEO;
        parameters.codec_id = AV_CODEC_ID_H264;
        parameters.width = static_cast<int>(track->width);
        parameters.height = static_cast<int>(track->height);
    } else {
        const auto config = media::aac::parseAudioConfig(track->config);
        if (!config)
            return fail(ErrorCode::InvalidArgument, std::string(media::aac::describe(config.error())));
        output.clock.emplace(config->samplesPerFrame, config->sampleRate);
        parameters.codec_type = AVMEDIA_TYPE_AUDIO;
        parameters.codec_id = AV_CODEC_ID_AAC;
        parameters.sample_rate = static_cast<int>(config->sampleRate);
        container.av.av_channel_layout_default(&parameters.ch_layout, static_cast<int>(config->channels));
        // From these bytes libavformat makes the ADTS headers, program config element included.
        if (const auto set = container.setConfig(*stream, track->config); !set)
            return set.error();
    }
    outputs.push_back(std::move(output));
    return {};
}

Result<void> TsMuxer::State::start()
{
    AVDictionary *options = nullptr;
    const auto set = [&](const char *name, const char *value) { container.av.av_dict_set(&options, name, value, 0); };
    // Counters begin anew here: receivers that come from another muxer's segments must not take that for loss.
    set("mpegts_flags", "+initial_discontinuity");
    // Each segment begins with the tables; more often than this is for receivers that tune in to a broadcast.
    set("pat_period", "2");
    set("sdt_period", "60");
    return container.start(options);
}

TsMuxer::TsMuxer(std::unique_ptr<State> state) : m_state(std::move(state)) {}

TsMuxer::~TsMuxer() = default;

Result<void> TsMuxer::load()
{
    const auto av = libav();
    if (!av)
        return av.error();
    return {};
}

bool TsMuxer::carries(const media::Track &track)
{
    return track.codec == Codec::H264 || track.codec == Codec::Aac;
}

Result<std::unique_ptr<TsMuxer>> TsMuxer::create(const std::vector<media::TrackPtr> &tracks)
{
    using Answer = Result<std::unique_ptr<TsMuxer>>;
    if (std::none_of(tracks.begin(), tracks.end(), [](const auto &track) { return carries(*track); }))
        return fail(ErrorCode::FailedPrecondition, "HLS carries H.264 video and AAC audio here; this stream has neither.");
    const auto av = libav();
    if (!av)
        return av.error();
    auto state = std::make_unique<State>(**av);
    if (const auto opened = state->open(); !opened)
        return opened.error();
    for (const auto &track : tracks) {
        if (!carries(*track))
            continue;
        if (const auto added = state->add(track); !added)
            return added.error();
    }
    if (const auto started = state->start(); !started)
        return started.error();
    return Answer(std::unique_ptr<TsMuxer>(new TsMuxer(std::move(state))));
}

bool TsMuxer::has(const media::Track &track) const
{
    return std::any_of(m_state->outputs.begin(), m_state->outputs.end(),
                       [&](const Output &output) { return output.track.get() == &track; });
}

Result<void> TsMuxer::write(const media::Frame &frame)
{
    auto &state = *m_state;
    const auto found =
        std::find_if(state.outputs.begin(), state.outputs.end(), [&](const Output &output) { return output.track == frame.track; });
    if (found == state.outputs.end())
        return fail(ErrorCode::FailedPrecondition, "The frame belongs to a track that this segment does not have.");
    if (!std::exchange(state.started, true))
        state.base = frame.dts;
    const auto given = state.ticks(frame.dts);
    if (!frame.isVideo()) {
        if (frame.payload.empty())
            return fail(ErrorCode::InvalidArgument, "The audio frame is empty.");
        found->lastDts = found->clock->next(given);
        return state.container.write(frame.payload, {found->index, found->lastDts, found->lastDts, 0, true});
    }
    const auto annexB = media::h264::toAnnexB(frame.payload, found->h264, frame.key);
    if (!annexB)
        return fail(ErrorCode::InvalidArgument, std::string(media::h264::describe(annexB.error())));
    found->lastDts = std::max(given, found->lastDts + 1);
    const auto pts = std::max(state.ticks(frame.pts), found->lastDts);
    return state.container.write(*annexB, {found->index, pts, found->lastDts, 0, frame.key});
}

Result<std::string> TsMuxer::cut()
{
    auto &state = *m_state;
    auto bytes = state.container.flush(); // with the audio that is still being gathered
    state.container.setOption("mpegts_flags", "+resend_headers");
    return bytes;
}

std::size_t TsMuxer::pendingBytes() const
{
    return m_state->container.size();
}

} // namespace matinee::mux
