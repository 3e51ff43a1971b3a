#include "relay/ladder_session.h"

#include "relay/audio_hold.h"
#include "relay/backlog.h"
#include "relay/source_queue.h"
#include "relay/tracks.h"
#include "relay/wire/elementary.h"
#include "transcode/rendition.h"

#include <thread>

namespace matinee::relay {

namespace {

using media::Codec;
using media::MediaTime;
using wire::Failure;
using wire::Reason;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kIdle{500};
constexpr std::chrono::seconds kProgressEvery{2};

MediaTime steadyNow()
{
    return std::chrono::duration_cast<MediaTime>(Clock::now().time_since_epoch());
}

Failure failureOf(const Error &error)
{
    return {error.code == ErrorCode::Internal ? Reason::Internal : Reason::Unsupported, error.message};
}

transcode::RenditionOptions optionsOf(const wire::Rung &rung)
{
    return {.height = static_cast<int>(rung.height),
            .videoKbps = rung.videoKbps,
            .level = rung.level,
            .maxFps = rung.maxFps,
            .sourceShare = rung.sourceShare,
            .sourceKbps = rung.sourceKbps,
            .cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()))};
}

class Ladder
{
public:
    Ladder(Channel &channel, const transcode::Libraries &av, const wire::Rung &rung)
        : m_channel(channel), m_rendition(av, optionsOf(rung)), m_elementary(Codec::H264, {})
    {
    }

    /// Until the server hangs up (nothing to say then) or it cannot go on.
    std::optional<Failure> run()
    {
        (void)m_channel.send(wire::State{wire::Phase::Connecting});
        while (!m_channel.over()) {
            fill();
            if (auto message = m_source.pop()) {
                if (auto failure = take(*message))
                    return failure;
                releaseSound();
            }
            report();
        }
        return std::nullopt;
    }

private:
    /// Everything that has come, so that it is known how far this process is behind.
    void fill()
    {
        while (!m_source.full()) {
            auto message = m_channel.next(m_source.empty() ? kIdle : std::chrono::milliseconds(0));
            if (!message)
                return;
            m_source.push(std::move(*message));
        }
    }

    std::optional<Failure> take(wire::Message &message)
    {
        if (auto *const track = std::get_if<wire::Track>(&message))
            return takeTrack(*track);
        auto &frame = std::get<wire::Frame>(message);
        if (m_source.isVideo(frame))
            return takePicture(frame);
        if (frame.track < m_isSound.size() && m_isSound[frame.track])
            m_sound.push(std::move(frame));
        return std::nullopt;
    }

    std::optional<Failure> takeTrack(wire::Track &track)
    {
        const bool sound = track.codec >= Codec::Aac;
        m_isSound[track.id] = sound;
        if (sound) {
            m_sound.push(std::move(track));
            return std::nullopt;
        }
        if (m_source.video() != track.id)
            return std::nullopt;
        // Our own parser first: decoders take what is none, and show nothing.
        if (const auto parsed = makeTrack(track); !parsed)
            return failureOf(parsed.error());
        auto rest = m_rendition.begin(track.codec, track.config);
        if (!rest)
            return failureOf(rest.error());
        return send(*rest);
    }

    std::optional<Failure> takePicture(const wire::Frame &frame)
    {
        const auto behind = m_source.behind(frame);
        const auto pace = m_backlog.judge(behind, steadyNow());
        if (pace == Pace::NextKey) {
            m_rendition.jump();
            m_jumping = true;
        }
        if (m_jumping && (!frame.key || (behind > Backlog::kTooLate && m_source.holdsKey()))) {
            ++m_jumpedOver;
            return std::nullopt;
        }
        m_jumping = false;
        const transcode::SourceFrame source{frame.payload, frame.dts, frame.pts, frame.key};
        auto coded = m_rendition.take(source, pace == Pace::EverySecond);
        if (!coded)
            return failureOf(coded.error());
        return send(*coded);
    }

    std::optional<Failure> send(std::vector<transcode::CodedFrame> &frames)
    {
        for (auto &frame : frames) {
            if (frame.first)
                m_elementary = wire::Elementary(Codec::H264, {});
            auto piece = m_elementary.take(frame.coded.annexB);
            if (!piece || piece->payload.empty() || piece->payload.size() > wire::kMaxMessageBytes / 2)
                return Failure{Reason::Internal, "The encoder gave what is no H.264."};
            if (piece->config && !announce(frame, std::move(*piece->config)))
                return std::nullopt;
            m_shown = frame.dts;
            ++m_progress.frames;
            m_progress.bytes += piece->payload.size();
            const wire::Frame made{*m_source.video(), frame.coded.key, frame.dts, frame.coded.pts, std::move(piece->payload)};
            if (!m_channel.send(made))
                return std::nullopt;
            releaseSound();
        }
        return std::nullopt;
    }

    bool announce(const transcode::CodedFrame &frame, media::Bytes config)
    {
        if (!std::exchange(m_running, true))
            (void)m_channel.send(wire::State{wire::Phase::Running});
        return m_channel.send(wire::Track{*m_source.video(), Codec::H264, static_cast<std::uint32_t>(frame.size.width),
                                          static_cast<std::uint32_t>(frame.size.height), 0, 0, std::move(config)});
    }

    void releaseSound()
    {
        while (auto message = m_sound.pop(m_shown)) {
            if (!m_channel.send(*message))
                return;
        }
    }

    void report()
    {
        if (Clock::now() < m_nextProgress)
            return;
        m_nextProgress = Clock::now() + kProgressEvery;
        m_progress.dropped = m_rendition.leftOut() + m_jumpedOver;
        (void)m_channel.send(m_progress);
    }

    Channel &m_channel;
    transcode::Rendition m_rendition;
    wire::Elementary m_elementary;
    SourceQueue m_source;
    AudioHold m_sound;
    Backlog m_backlog;
    std::array<bool, wire::kMaxTracks> m_isSound{};
    std::optional<MediaTime> m_shown;
    wire::Progress m_progress;
    std::uint64_t m_jumpedOver = 0;
    bool m_jumping = false;
    bool m_running = false;
    Clock::time_point m_nextProgress = Clock::now() + kProgressEvery;
};

} // namespace

int ladder(Channel &channel, const transcode::Libraries &av, const wire::Rung &rung)
{
    Ladder session(channel, av, rung);
    const auto failure = session.run();
    if (!failure || channel.over())
        return 0;
    (void)channel.send(*failure);
    return 1;
}

} // namespace matinee::relay
