#include "mux/ts_muxer.h"

#include "media/codec/aac.h"
#include "media/codec/h264.h"
#include "mux/audio_clock.h"
#include "mux/libav.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

namespace matinee::mux {

using media::Codec;
using media::Kind;

namespace {

// Room below the first frame, so that a track that begins a little earlier than the other does not get a negative time.
constexpr std::int64_t kLead = 10 * AudioClock::kTicks;
constexpr int kBufferBytes = 32 * 1024;

// FFmpeg 7 made the written bytes const.
#if LIBAVFORMAT_VERSION_MAJOR >= 61
using WrittenBytes = const std::uint8_t *;
#else
using WrittenBytes = std::uint8_t *;
#endif

int appendTo(void *out, WrittenBytes bytes, int size)
{
    static_cast<std::string *>(out)->append(reinterpret_cast<const char *>(bytes), static_cast<std::size_t>(size));
    return size;
}

Error internal(const LibAv &av, std::string_view doing, int code)
{
    return fail(ErrorCode::Internal, "libavformat failed to " + std::string(doing) + ": " + av.describe(code) + ".");
}

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
    explicit State(const LibAv &libav) : av(libav) {}
    State(const State &) = delete;
    State &operator=(const State &) = delete;
    ~State()
    {
        if (packet)
            av.av_packet_free(&packet);
        if (io) {
            av.av_free(io->buffer); // libavformat may have replaced the one that it was given
            av.avio_context_free(&io);
        }
        if (context)
            av.avformat_free_context(context);
    }

    Result<void> open();
    Result<void> add(const media::TrackPtr &track);
    Result<void> start();
    Result<void> send(std::span<const std::uint8_t> bytes, const Output &output, std::int64_t pts, std::int64_t dts, bool key);
    [[nodiscard]] std::int64_t ticks(media::MediaTime time) const { return (time - base).count() * 9 / 100 + kLead; }

    const LibAv &av;
    AVFormatContext *context = nullptr;
    AVIOContext *io = nullptr;
    AVPacket *packet = nullptr;
    std::string out;
    std::vector<Output> outputs;
    bool started = false;
    media::MediaTime base{}; // of the first frame written
};

Result<void> TsMuxer::State::open()
{
    if (const int code = av.avformat_alloc_output_context2(&context, nullptr, "mpegts", nullptr); code < 0)
        return internal(av, "make an MPEG-TS muxer", code);
    auto *const buffer = static_cast<unsigned char *>(av.av_mallocz(kBufferBytes));
    io = buffer ? av.avio_alloc_context(buffer, kBufferBytes, 1, &out, nullptr, appendTo, nullptr) : nullptr;
    packet = av.av_packet_alloc();
    if (!io || !packet) {
        if (buffer && !io)
            av.av_free(buffer);
        return fail(ErrorCode::Internal, "There is no memory for another segmenter.");
    }
    context->pb = io;
    context->flags |= AVFMT_FLAG_CUSTOM_IO;
    context->avoid_negative_ts = 0;
    context->max_delay = AV_TIME_BASE / 5; // the PCR runs this far ahead; half of it bounds how long audio is gathered into a PES packet
    return {};
}

Result<void> TsMuxer::State::add(const media::TrackPtr &track)
{
    Output output;
    output.track = track;
    AVStream *const stream = av.avformat_new_stream(context, nullptr);
    if (!stream)
        return fail(ErrorCode::Internal, "There is no memory for another segmenter.");
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
        av.av_channel_layout_default(&parameters.ch_layout, static_cast<int>(config->channels));
        // From these bytes libavformat makes the ADTS headers, program config element included.
        parameters.extradata = static_cast<std::uint8_t *>(av.av_mallocz(track->config.size() + AV_INPUT_BUFFER_PADDING_SIZE));
        if (!parameters.extradata)
            return fail(ErrorCode::Internal, "There is no memory for another segmenter.");
        std::memcpy(parameters.extradata, track->config.data(), track->config.size());
        parameters.extradata_size = static_cast<int>(track->config.size());
    }
    outputs.push_back(std::move(output));
    return {};
}

Result<void> TsMuxer::State::start()
{
    AVDictionary *options = nullptr;
    // Counters begin anew here: receivers that come from another muxer's segments must not take that for loss.
    av.av_dict_set(&options, "mpegts_flags", "+initial_discontinuity", 0);
    // Each segment begins with the tables; more often than this is for receivers that tune in to a broadcast.
    av.av_dict_set(&options, "pat_period", "2", 0);
    av.av_dict_set(&options, "sdt_period", "60", 0);
    const int code = av.avformat_write_header(context, &options);
    av.av_dict_free(&options);
    if (code < 0)
        return internal(av, "begin an MPEG-TS stream", code);
    return {};
}

Result<void> TsMuxer::State::send(std::span<const std::uint8_t> bytes, const Output &output, std::int64_t pts, std::int64_t dts, bool key)
{
    packet->data = const_cast<std::uint8_t *>(bytes.data()); // lent for the call only: av_write_frame copies what it keeps
    packet->size = static_cast<int>(bytes.size());
    packet->stream_index = output.index;
    packet->pts = pts;
    packet->dts = dts;
    packet->flags = key ? AV_PKT_FLAG_KEY : 0;
    const int code = av.av_write_frame(context, packet);
    packet->data = nullptr;
    packet->size = 0;
    if (code < 0)
        return fail(ErrorCode::InvalidArgument, "libavformat refused a frame: " + av.describe(code) + ".");
    return {};
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
        return state.send(frame.payload, *found, found->lastDts, found->lastDts, true);
    }
    const auto annexB = media::h264::toAnnexB(frame.payload, found->h264, frame.key);
    if (!annexB)
        return fail(ErrorCode::InvalidArgument, std::string(media::h264::describe(annexB.error())));
    found->lastDts = std::max(given, found->lastDts + 1);
    return state.send(*annexB, *found, std::max(state.ticks(frame.pts), found->lastDts), found->lastDts, frame.key);
}

Result<std::string> TsMuxer::cut()
{
    auto &state = *m_state;
    if (const int code = state.av.av_write_frame(state.context, nullptr); code < 0) // audio that is still being gathered
        return internal(state.av, "finish a segment", code);
    state.av.avio_flush(state.io);
    state.av.av_opt_set(state.context->priv_data, "mpegts_flags", "+resend_headers", 0);
    return std::exchange(state.out, {});
}

std::size_t TsMuxer::pendingBytes() const
{
    return m_state->out.size();
}

} // namespace matinee::mux
