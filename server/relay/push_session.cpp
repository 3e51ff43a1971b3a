// Sends the FLV that the server gives it to a foreign RTMP server by libavformat. Runs in the relay process.
#include "relay/session.h"
#include "relay/wire/flv_times.h"

namespace matinee::relay {

namespace {

using wire::Failure;
using wire::Reason;

constexpr std::chrono::seconds kProgressEvery{2};
constexpr std::chrono::milliseconds kIdle{500};
constexpr std::size_t kFileHeader = 13; // of FLV, with its back pointer

class Target
{
public:
    explicit Target(Session &session) : m_session(session), m_av(session.av) {}
    Target(const Target &) = delete;
    Target &operator=(const Target &) = delete;
    ~Target()
    {
        m_session.allowFarewell();
        if (m_io)
            m_av.avio_closep(&m_io);
    }

    std::optional<Failure> open(const std::string &address)
    {
        AVDictionary *options = nullptr;
        m_session.setOptions(options);
        const auto interrupt = m_session.interrupt();
        m_session.allow(Session::kConnect);
        const int opened = m_av.avio_open2(&m_io, address.c_str(), AVIO_FLAG_WRITE, &interrupt, &options);
        m_av.av_dict_free(&options);
        if (opened < 0)
            return m_session.failure(opened, "The target could not be opened");
        return std::nullopt;
    }

    /// Until the target breaks off, or the server hangs up (nothing to say then).
    std::optional<Failure> run()
    {
        auto &channel = m_session.channel;
        (void)channel.send(wire::State{wire::Phase::Running});
        auto nextProgress = Session::Clock::now() + kProgressEvery;
        while (!channel.over()) {
            auto message = channel.next(kIdle);
            if (auto *const media = message ? std::get_if<wire::Media>(&*message) : nullptr) {
                if (const auto failure = write(media->bytes))
                    return failure;
            }
            if (Session::Clock::now() < nextProgress)
                continue;
            nextProgress = Session::Clock::now() + kProgressEvery;
            (void)channel.send(m_progress);
        }
        return std::nullopt;
    }

private:
    std::optional<Failure> write(media::Bytes &bytes)
    {
        std::span<std::uint8_t> tags = bytes;
        if (!m_began && tags.size() >= kFileHeader)
            tags = tags.subspan(kFileHeader);
        if (!m_times.rebase(tags))
            return Failure{Reason::Internal, "The server sent what is no FLV."};
        m_began = true;
        m_session.allow(Session::kStall);
        m_av.avio_write(m_io, bytes.data(), static_cast<int>(bytes.size()));
        m_av.avio_flush(m_io);
        if (m_io->error < 0)
            return m_session.failure(m_io->error, "The target broke off");
        m_progress.bytes += bytes.size();
        ++m_progress.frames;
        return std::nullopt;
    }

    Session &m_session;
    const mux::LibAv &m_av;
    AVIOContext *m_io = nullptr;
    wire::FlvTimes m_times;
    wire::Progress m_progress;
    bool m_began = false;
};

} // namespace

int push(Session &session, const wire::Job &job)
{
    (void)session.channel.send(wire::State{wire::Phase::Connecting});
    Target target(session);
    auto failure = target.open(job.address);
    if (!failure)
        failure = target.run();
    if (!failure || session.channel.over())
        return 0;
    (void)session.channel.send(*failure);
    return 1;
}

} // namespace matinee::relay
