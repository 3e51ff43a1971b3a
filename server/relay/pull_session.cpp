// Reads a foreign source with libavformat and sends it to the server as tracks and frames. Runs in the relay process.
#include "relay/session.h"
#include "relay/wire/elementary.h"
#include "relay/wire/timeline.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace matinee::relay {

namespace {

using media::Codec;
using media::MediaTime;
using wire::Failure;
using wire::Reason;

constexpr std::chrono::seconds kProgressEvery{2};
// Packets that came before every track could be named, so that viewers are told of all of them at once.
constexpr std::size_t kMaxHeld = 512;
constexpr MediaTime kMaxHeldTime = std::chrono::seconds(1);
constexpr MediaTime kLeadOfLive = std::chrono::seconds(3); // servers begin with the pictures since the last key frame
constexpr MediaTime kLeadOfPlaylist = std::chrono::seconds(1);

std::optional<Codec> codecOf(AVCodecID id)
{
    switch (id) {
    case AV_CODEC_ID_H264:
        return Codec::H264;
    case AV_CODEC_ID_HEVC:
        return Codec::Hevc;
    case AV_CODEC_ID_AV1:
        return Codec::Av1;
    case AV_CODEC_ID_VP9:
        return Codec::Vp9;
    case AV_CODEC_ID_AAC:
        return Codec::Aac;
    case AV_CODEC_ID_OPUS:
        return Codec::Opus;
    case AV_CODEC_ID_MP3:
        return Codec::Mp3;
    default:
        return std::nullopt;
    }
}

MediaTime steadyNow()
{
    return std::chrono::duration_cast<MediaTime>(Session::Clock::now().time_since_epoch());
}

class Source
{
public:
    explicit Source(Session &session) : m_session(session), m_av(session.av) {}
    Source(const Source &) = delete;
    Source &operator=(const Source &) = delete;
    ~Source()
    {
        if (m_packet)
            m_av.av_packet_free(&m_packet);
        if (m_context)
            m_av.avformat_close_input(&m_context);
    }

    std::optional<Failure> open(const std::string &address);
    /// Until the source ends, fails, or the server hangs up (nothing to say then).
    std::optional<Failure> run();

private:
    struct Lane
    {
        int stream;
        std::uint8_t id;
        Codec codec;
        wire::Elementary elementary;
        bool announced = false;
    };

    std::optional<Failure> choose();
    void add(int index);
    void announce(Lane &lane);
    void relearn(Lane &lane);
    void take(Lane &lane);
    bool hand(wire::Frame frame);
    bool release();
    bool send(const wire::Frame &frame);
    [[nodiscard]] std::optional<MediaTime> timeOf(std::int64_t ticks, int stream) const;

    Session &m_session;
    const mux::LibAv &m_av;
    AVFormatContext *m_context = nullptr;
    AVPacket *m_packet = nullptr;
    std::vector<Lane> m_lanes;
    wire::Timeline m_timeline;
    std::optional<wire::Pacer> m_pacer;
    std::vector<wire::Frame> m_held; // at most kMaxHeld, until every lane is announced or a second has passed
    bool m_holding = true;
    wire::Progress m_progress;
    Session::Clock::time_point m_nextProgress = Session::Clock::now();
};

std::optional<Failure> Source::open(const std::string &address)
{
    m_packet = m_av.av_packet_alloc();
    m_context = m_av.avformat_alloc_context();
    if (!m_packet || !m_context)
        return Failure{Reason::Internal, "There is no memory."};
    m_context->interrupt_callback = m_session.interrupt();
    AVDictionary *options = nullptr;
    m_session.setOptions(options);
    m_av.av_dict_set(&options, "probesize", "2000000", 0);
    m_av.av_dict_set(&options, "analyzeduration", "3000000", 0); // microseconds: a promised track that never comes costs so much
    m_av.av_dict_set(&options, "max_streams", "64", 0);
    m_av.av_dict_set(&options, "fpsprobesize", "0", 0); // nobody here asks for the frame rate, and measuring it takes most of a second
    m_session.allow(Session::kConnect);
    const int opened = m_av.avformat_open_input(&m_context, address.c_str(), nullptr, &options);
    m_av.av_dict_free(&options);
    if (opened < 0)
        return m_session.failure(opened, "The source could not be opened");
    m_session.allow(Session::kStall);
    const int found = m_av.avformat_find_stream_info(m_context, nullptr);
    if (found < 0)
        return m_session.failure(found, "The source could not be read");
    return choose();
}

std::optional<Failure> Source::choose()
{
    const int video = m_av.av_find_best_stream(m_context, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
    const int audio = m_av.av_find_best_stream(m_context, AVMEDIA_TYPE_AUDIO, -1, video, nullptr, 0); // of the same programme
    std::string others;
    for (unsigned i = 0; i < m_context->nb_streams; ++i) {
        auto &stream = *m_context->streams[i];
        const bool wanted = static_cast<int>(i) == video || static_cast<int>(i) == audio;
        const bool known = codecOf(stream.codecpar->codec_id).has_value();
        stream.discard = wanted && known ? AVDISCARD_DEFAULT : AVDISCARD_ALL; // of HLS, variants that nobody wants are not fetched
        if (wanted && known)
            add(static_cast<int>(i));
        else if (wanted)
            others += std::string(others.empty() ? "" : ", ") + m_av.avcodec_get_name(stream.codecpar->codec_id);
    }
    if (m_lanes.empty())
        return Failure{Reason::Unsupported, others.empty() ? "The source has neither video nor audio."
                                                           : "The source has only what this server does not carry: " + others + "."};
    const bool playlist = std::string_view(m_context->iformat->name).starts_with("hls");
    m_pacer.emplace(playlist ? kLeadOfPlaylist : kLeadOfLive);
    for (auto &lane : m_lanes) {
        if (lane.elementary.config())
            announce(lane);
    }
    return std::nullopt;
}

void Source::add(int index)
{
    const auto &parameters = *m_context->streams[index]->codecpar;
    const auto codec = *codecOf(parameters.codec_id);
    const std::span extradata(parameters.extradata, static_cast<std::size_t>(std::max(parameters.extradata_size, 0)));
    m_lanes.push_back({index, static_cast<std::uint8_t>(m_lanes.size()), codec,
                       wire::Elementary(codec, extradata, static_cast<std::uint32_t>(parameters.ch_layout.nb_channels))});
}

void Source::announce(Lane &lane)
{
    const auto &parameters = *m_context->streams[lane.stream]->codecpar;
    wire::Track track;
    track.id = lane.id;
    track.codec = lane.codec;
    track.width = static_cast<std::uint32_t>(std::max(parameters.width, 0));
    track.height = static_cast<std::uint32_t>(std::max(parameters.height, 0));
    track.sampleRate = static_cast<std::uint32_t>(std::max(parameters.sample_rate, 0));
    track.channels = static_cast<std::uint32_t>(std::max(parameters.ch_layout.nb_channels, 0));
    track.config = *lane.elementary.config();
    lane.announced = true;
    (void)m_session.channel.send(track); // a server that has hung up is noticed with the next frame
}

/// A new sequence header of FLV, a new `moov`: libavformat hands it on beside the packet.
void Source::relearn(Lane &lane)
{
    std::size_t size = 0;
    const auto *const bytes = m_av.av_packet_get_side_data(m_packet, AV_PKT_DATA_NEW_EXTRADATA, &size);
    if (!bytes || size == 0)
        return;
    const auto channels = static_cast<std::uint32_t>(m_context->streams[lane.stream]->codecpar->ch_layout.nb_channels);
    wire::Elementary next(lane.codec, std::span(bytes, size), channels);
    if (!next.config() || next.config() == lane.elementary.config())
        return;
    lane.elementary = std::move(next);
    (void)release();
    announce(lane);
}

std::optional<MediaTime> Source::timeOf(std::int64_t ticks, int stream) const
{
    if (ticks == AV_NOPTS_VALUE)
        return std::nullopt;
    return MediaTime(m_av.av_rescale_q(ticks, m_context->streams[stream]->time_base, AVRational{1, 1000000}));
}

std::optional<Failure> Source::run()
{
    for (;;) {
        m_session.allow(Session::kStall);
        const int code = m_av.av_read_frame(m_context, m_packet);
        if (m_session.channel.over())
            return std::nullopt;
        if (code == AVERROR(EAGAIN))
            continue;
        if (code == AVERROR_EOF)
            return Failure{Reason::Ended, "The source ended."};
        if (code < 0)
            return m_session.failure(code, "The source broke off");
        const auto lane = std::find_if(m_lanes.begin(), m_lanes.end(), [&](const Lane &l) { return l.stream == m_packet->stream_index; });
        if (lane != m_lanes.end())
            take(*lane);
        m_av.av_packet_unref(m_packet);
        if (m_session.channel.over())
            return std::nullopt;
    }
}

void Source::take(Lane &lane)
{
    m_progress.bytes += static_cast<std::uint64_t>(std::max(m_packet->size, 0));
    relearn(lane);
    auto piece = lane.elementary.take(std::span(m_packet->data, static_cast<std::size_t>(std::max(m_packet->size, 0))));
    if (!piece)
        return; // a damaged packet, or one from before the first key frame: the next one may be better
    if (piece->config) {
        (void)release();
        announce(lane);
    }
    if (piece->payload.empty() || !lane.announced || piece->payload.size() > wire::kMaxMessageBytes - 64)
        return;
    const auto placed = m_timeline.place(lane.id, timeOf(m_packet->dts, lane.stream), timeOf(m_packet->pts, lane.stream));
    const bool audio = lane.codec == Codec::Aac || lane.codec == Codec::Opus || lane.codec == Codec::Mp3;
    wire::Frame frame;
    frame.track = lane.id;
    frame.key = audio || (m_packet->flags & AV_PKT_FLAG_KEY) != 0;
    frame.dts = placed.dts;
    frame.pts = audio ? placed.dts : placed.pts;
    frame.payload = std::move(piece->payload);
    (void)hand(std::move(frame));
}

bool Source::hand(wire::Frame frame)
{
    if (!m_holding)
        return send(frame);
    m_held.push_back(std::move(frame));
    const bool all = std::all_of(m_lanes.begin(), m_lanes.end(), [](const Lane &lane) { return lane.announced; });
    const bool late = m_held.size() >= kMaxHeld || m_held.back().dts - m_held.front().dts > kMaxHeldTime;
    return all || late ? release() : true;
}

bool Source::release()
{
    const bool announced = std::any_of(m_lanes.begin(), m_lanes.end(), [](const Lane &lane) { return lane.announced; });
    if (!m_holding || !announced || m_held.empty())
        return true;
    m_holding = false;
    (void)m_session.channel.send(wire::State{wire::Phase::Running});
    for (const auto &frame : std::exchange(m_held, {})) {
        if (!send(frame))
            return false;
    }
    return true;
}

bool Source::send(const wire::Frame &frame)
{
    auto &channel = m_session.channel;
    const auto wait = m_pacer->delay(frame.dts, steadyNow());
    if (wait.count() > 0 && !channel.sleep(wait))
        return false;
    ++m_progress.frames;
    if (!channel.send(frame))
        return false;
    if (Session::Clock::now() >= m_nextProgress) {
        m_nextProgress = Session::Clock::now() + kProgressEvery;
        return channel.send(m_progress);
    }
    return true;
}

} // namespace

int pull(Session &session, const wire::Job &job)
{
    (void)session.channel.send(wire::State{wire::Phase::Connecting});
    Source source(session);
    auto failure = source.open(job.address);
    if (!failure)
        failure = source.run();
    if (!failure || session.channel.over())
        return 0;
    (void)session.channel.send(*failure);
    return 1;
}

} // namespace matinee::relay
