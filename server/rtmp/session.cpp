#include "rtmp/session.h"

#include "live/admission.h"
#include "live/fan_out.h"
#include "observe/log.h"
#include "rtmp/egress.h"
#include "rtmp/ingest.h"
#include "rtmp/wire/handshake.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>

#include <openssl/rand.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace matinee::rtmp {

namespace {

using Clock = asio::steady_timer::clock_type;
using Milliseconds = std::chrono::milliseconds;

constexpr std::size_t kTalkBuffer = 4096;
constexpr std::size_t kIngestBuffer = 32768;
constexpr std::size_t kMaxNameBytes = 256;
constexpr std::string_view kRevoked = "What you came in by lets you watch this stream no longer.";

struct Ending
{
    std::string_view reason;
    std::string sentence{}; ///< For the log, where it says more.
};

Milliseconds left(Clock::time_point deadline)
{
    return std::max(std::chrono::ceil<Milliseconds>(deadline - Clock::now()), Milliseconds(0));
}

std::string_view reasonOf(FrameError error)
{
    switch (error) {
    case FrameError::UnsupportedCodec:
        return "unsupported_codec";
    case FrameError::BadConfiguration:
        return "bad_configuration";
    case FrameError::TooManyBadFrames:
        return "bad_frames";
    }
    return "other";
}

std::string_view reasonOf(live::FanOutEnd end)
{
    switch (end) {
    case live::FanOutEnd::ViewerLeft:
    case live::FanOutEnd::Stopped:
        return "viewer_left";
    case live::FanOutEnd::TooSlow:
        return "viewer_too_slow";
    case live::FanOutEnd::PublisherLeft:
    case live::FanOutEnd::StreamDeleted:
    case live::FanOutEnd::Draining:
        return "stream_ended";
    case live::FanOutEnd::Revoked:
        return "revoked";
    }
    return "other";
}

std::string_view reasonOf(ErrorCode code)
{
    switch (code) {
    case ErrorCode::RateLimited:
        return "rate_limited";
    case ErrorCode::AlreadyExists:
        return "name_taken";
    case ErrorCode::NotFound:
        return "not_found";
    case ErrorCode::PermissionDenied:
    case ErrorCode::Unauthenticated:
    case ErrorCode::InvalidArgument:
        return "wrong_key";
    case ErrorCode::FailedPrecondition:
        return "stopped";
    default:
        return "unavailable";
    }
}

/// Whether a publisher that ended so is missed: it did not end its stream, and did nothing that it would do again.
bool mayReturn(std::string_view reason)
{
    constexpr std::string_view final[] = {"publisher_finished", "kicked", "unsupported_codec", "bad_configuration"};
    return std::find(std::begin(final), std::end(final), reason) == std::end(final);
}

Ending endingOf(const Error &error)
{
    return {reasonOf(error.code), error.message};
}

// In the coroutines below, what has a destructor gets a name before it is given to a co_await: GCC 12 destroys some temporaries of such
// expressions twice.
class Session final : private live::PeerReader
{
public:
    Session(net::Connection &connection, Services &services)
        : m_connection(connection), m_services(services), m_limits(services.limits), m_buffer(kTalkBuffer)
    {
    }

    Task<Ending> run();
    [[nodiscard]] const std::string &title() const { return m_title; }

private:
    using Request = std::variant<PublishRequest, PlayRequest>;

    Task<std::optional<Ending>> shakeHands();
    Task<Result<Request, Ending>> awaitRequest();
    Task<Ending> publish(PublishRequest request);
    Task<Ending> ingestUntilEnd(Ingest &ingest);
    Task<Ending> play(PlayRequest request);
    Task<void> awaitFirstTrack(live::Replica &replica);
    Task<std::optional<Ending>> letIn(PlayRequest &request);
    Task<Result<std::unique_ptr<live::Subscription>, Ending>> admit(PlayRequest request);
    bool onBytes(std::span<const std::uint8_t> bytes) override;

    Task<Result<std::size_t, net::IoError>> read(Milliseconds timeout);
    Task<bool> send(media::Bytes bytes);
    Task<bool> flush() { return send(m_dialogue.takeOutput()); }
    Task<Ending> refuse(std::string_view code, Ending ending);
    Task<void> bidFarewell();
    Task<void> awaitDeparture();
    void kick(std::string reason);

    net::Connection &m_connection;
    Services &m_services;
    const SessionLimits m_limits;
    Dialogue m_dialogue;
    std::vector<std::uint8_t> m_buffer;
    std::vector<Event> m_events;      // of the read being handled
    live::FanOut *m_fanOut = nullptr; // while it plays
    live::Admission m_admission;      // of a player
    std::string m_title;              // "publisher of big-show", "player of big-show": for the log, empty before
    std::optional<std::string> m_kicked;
};

Task<Result<std::size_t, net::IoError>> Session::read(Milliseconds timeout)
{
    co_return co_await m_connection.readSome(m_buffer, timeout);
}

Task<bool> Session::send(media::Bytes bytes)
{
    if (bytes.empty())
        co_return true;
    const asio::const_buffer buffer(bytes.data(), bytes.size());
    const auto written = co_await m_connection.write(std::span(&buffer, 1), m_limits.write);
    co_return static_cast<bool>(written);
}

Task<Ending> Session::run()
{
    auto failed = co_await shakeHands();
    if (failed)
        co_return std::move(*failed);
    auto request = co_await awaitRequest();
    if (!request)
        co_return request.error();
    if (auto *publishing = std::get_if<PublishRequest>(&*request))
        co_return co_await publish(std::move(*publishing));
    co_return co_await play(std::move(std::get<PlayRequest>(*request)));
}

Task<std::optional<Ending>> Session::shakeHands()
{
    Handshake::Random random;
    RAND_bytes(random.data(), static_cast<int>(random.size()));
    Handshake handshake(random);
    const auto deadline = Clock::now() + m_limits.handshake;
    while (!handshake.done()) {
        const auto count = co_await read(left(deadline));
        if (!count)
            co_return Ending{count.error() == net::IoError::TimedOut ? "handshake_timeout" : "handshake_incomplete"};
        const auto bytes = std::span<const std::uint8_t>(m_buffer).first(*count);
        const auto used = handshake.feed(bytes);
        if (!used)
            co_return Ending{"not_rtmp"};
        const bool sent = co_await send(handshake.takeOutput());
        if (!sent)
            co_return Ending{"handshake_incomplete"};
        if (*used < bytes.size()) // belongs to the conversation
            m_connection.unread(bytes.subspan(*used));
    }
    co_return std::nullopt;
}

Task<Result<Session::Request, Ending>> Session::awaitRequest()
{
    using Answer = Result<Request, Ending>;
    const auto deadline = Clock::now() + m_limits.command;
    for (;;) {
        const auto count = co_await read(left(deadline));
        if (!count && count.error() == net::IoError::TimedOut)
            co_return Answer(Ending{"no_command"});
        if (!count)
            co_return Answer(Ending{count.error() == net::IoError::Closed ? "left" : "connection_lost"});
        m_events.clear();
        const auto fed = m_dialogue.feed(std::span<const std::uint8_t>(m_buffer).first(*count), m_events);
        const bool sent = co_await flush();
        if (!sent)
            co_return Answer(Ending{"connection_lost"});
        for (auto event = m_events.begin(); event != m_events.end(); ++event) {
            std::optional<Request> request;
            if (auto *publishing = std::get_if<PublishRequest>(&*event))
                request = std::move(*publishing);
            else if (auto *playing = std::get_if<PlayRequest>(&*event))
                request = std::move(*playing);
            if (!request)
                continue;
            m_events.erase(m_events.begin(), event + 1); // what came behind it is for later
            co_return Answer(std::move(*request));
        }
        if (!fed)
            co_return Answer(Ending{fed.error().reason});
    }
}

/// Says why, and closes when the peer has had time to hear it.
Task<Ending> Session::refuse(std::string_view code, Ending ending)
{
    m_dialogue.refuse(code, ending.sentence);
    co_await bidFarewell();
    co_return ending;
}

Task<void> Session::bidFarewell()
{
    (void)co_await flush();
    co_await m_connection.shutdown(m_limits.farewell);
}

/// A publisher that ended its stream has more to say (FCUnpublish, deleteStream, close) and takes a connection closed before as an error.
Task<void> Session::awaitDeparture()
{
    const auto deadline = Clock::now() + m_limits.farewell;
    for (;;) {
        const bool sent = co_await flush();
        const auto patience = left(deadline);
        if (!sent || patience == Milliseconds(0))
            co_return;
        const auto count = co_await read(patience);
        if (!count)
            co_return;
        m_events.clear();
        const auto fed = m_dialogue.feed(std::span<const std::uint8_t>(m_buffer).first(*count), m_events);
        if (!fed)
            co_return;
    }
}

Task<Ending> Session::publish(PublishRequest request)
{
    constexpr std::string_view badName = "NetStream.Publish.BadName";
    constexpr std::string_view rejected = "NetStream.Publish.Rejected";
    std::string key = std::move(request.key);
    if (key.empty() || key.size() > kMaxNameBytes) {
        Ending ending{"wrong_key",
                      "There is no stream key. In OBS it goes into its own field; elsewhere the address is rtmp://HOST/live/KEY."};
        co_return co_await refuse(badName, std::move(ending));
    }
    std::string address = m_connection.peerAddress();
    auto name = co_await m_services.gate.mayPublish(std::move(key), std::move(address));
    if (!name) {
        if (name.error().code == ErrorCode::PermissionDenied)
            log::warn("rtmp", "Refused a publisher from {}: {}", m_connection.peerAddress(), name.error().message);
        Ending ending = endingOf(name.error());
        const bool stopped = name.error().code == ErrorCode::FailedPrecondition; // the key is right
        co_return co_await refuse(stopped ? rejected : badName, std::move(ending));
    }

    // The kick comes on this worker, but perhaps after this session: the flag is shared, the session is not.
    const auto alive = std::make_shared<Session *>(this);
    auto kick = [weak = std::weak_ptr<Session *>(alive)](std::string reason) {
        if (const auto session = weak.lock())
            (*session)->kick(std::move(reason));
    };
    live::PublisherInfo info{m_connection.peerAddress(), m_dialogue.encoderVersion(), "rtmp"};
    const auto backup = request.parameters.find("backup");
    const live::PublishOptions options{.backup = backup != request.parameters.end() && backup->second != "0"};
    auto publication = m_services.registry.publish(*name, std::move(info), m_connection.worker(), std::move(kick), options);
    if (!publication) {
        log::info("rtmp", "Refused a publisher of {} from {}: {}", *name, m_connection.peerAddress(), publication.error().message);
        Ending ending = endingOf(publication.error());
        if (publication.error().code == ErrorCode::RateLimited)
            ending.reason = "taken_over";
        co_return co_await refuse(badName, std::move(ending));
    }

    m_title = "publisher of " + *name;
    log::info("rtmp", "{} from {}: {} ({})", m_title, m_connection.peerAddress(), (*publication)->standsBy() ? "stands by" : "live",
              m_dialogue.encoderVersion());
    m_services.metrics.publishers.add(1);
    m_dialogue.acceptPublish();
    std::optional<Ingest> ingest(std::in_place, std::move(*publication));
    auto ending = co_await ingestUntilEnd(*ingest);
    m_services.metrics.publishers.add(-1);
    m_services.metrics.framesLeftOut.add(static_cast<double>(ingest->reader().framesLeftOut()));
    m_services.metrics.otherTracks.add(static_cast<double>(ingest->reader().otherTracks()));
    m_services.metrics.timeRepairs.add(static_cast<double>(ingest->reader().times().jumps()));
    if (mayReturn(ending.reason))
        ingest->lost();
    ingest.reset(); // viewers and the name do not wait for the farewell
    if (ending.reason == "publisher_finished")
        co_await awaitDeparture();
    co_await bidFarewell();
    co_return ending;
}

void Session::kick(std::string reason)
{
    if (m_kicked)
        return;
    m_kicked = std::move(reason);
    boost::system::error_code ignored;
    m_connection.socket().cancel(ignored); // ends the read that it waits in
}

/// What is left to say to the encoder is in the dialogue when this returns.
Task<Ending> Session::ingestUntilEnd(Ingest &ingest)
{
    auto silentAt = Clock::now() + m_limits.silence;
    std::optional<DialogueFailure> broken;
    for (;;) {
        const auto taken = ingest.take(m_events);
        if (!taken) {
            m_dialogue.refuse("NetStream.Publish.Failed", taken.error().description);
            co_return Ending{reasonOf(taken.error().error), taken.error().description};
        }
        if (broken)
            co_return Ending{broken->reason};
        const auto isEnd = [](const Event &event) { return std::holds_alternative<StreamClosed>(event); };
        if (std::any_of(m_events.begin(), m_events.end(), isEnd)) {
            m_dialogue.status("status", "NetStream.Unpublish.Success", "The stream has ended.");
            co_return Ending{"publisher_finished"};
        }
        const bool written = co_await flush();
        if (m_kicked) {
            m_dialogue.status("error", "NetStream.Publish.Rejected", *m_kicked);
            co_return Ending{"kicked", *m_kicked};
        }
        if (!written)
            co_return Ending{"publisher_lost"};
        if (*taken != 0) {
            m_services.metrics.framesIn.add(static_cast<double>(*taken));
            silentAt = Clock::now() + m_limits.silence;
        }
        const auto patience = left(silentAt);
        if (patience == Milliseconds(0)) { // also where bytes drip in that never make a frame
            Ending ending{"publisher_silent", "No frame came for " + std::to_string(m_limits.silence.count() / 1000) + " s."};
            m_dialogue.refuse("NetStream.Publish.Idle", ending.sentence);
            co_return ending;
        }

        m_events.clear();
        const auto count = co_await read(patience);
        if (!count) {
            if (m_kicked || count.error() == net::IoError::TimedOut)
                continue;
            co_return Ending{"publisher_lost"}; // a killed encoder closes as politely as any: only a command ends the stream
        }
        const auto fed = m_dialogue.feed(std::span<const std::uint8_t>(m_buffer).first(*count), m_events);
        if (!fed)
            broken = fed.error();
        if (*count == m_buffer.size() && *count < kIngestBuffer) // more was there than it holds: a stream that is worth larger reads
            m_buffer.resize(2 * *count);
    }
}

/// A player that joins while the publisher's first headers are on their way is told of real tracks, or of none after a second.
Task<void> Session::awaitFirstTrack(live::Replica &replica)
{
    const auto deadline = Clock::now() + m_limits.firstTrack;
    asio::steady_timer pause(m_connection.worker().context());
    while (replica.tracks().empty() && !replica.ended() && Clock::now() < deadline) {
        pause.expires_after(Milliseconds(20));
        (void)co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

/// Whether the player may have the stream at all. What is told to it, where it may not.
Task<std::optional<Ending>> Session::letIn(PlayRequest &request)
{
    live::Admitted viewer;
    viewer.name = request.name;
    viewer.token = std::move(request.parameters["token"]);
    viewer.protocol = "rtmp";
    viewer.caller.address = m_connection.peerAddress();
    viewer.caller.face = "rtmp";
    std::string key = std::move(request.parameters["key"]);
    if (!key.empty() && m_services.callerOf) {
        Caller anonymous = viewer.caller;
        auto known = co_await m_services.callerOf(std::move(key), std::move(anonymous));
        if (!known)
            co_return endingOf(known.error());
        viewer.caller = std::move(*known);
    }
    std::string name = viewer.name;
    std::string token = viewer.token;
    Caller who = viewer.caller;
    const auto allowed = co_await m_services.gate.mayPlay(std::move(name), std::move(who), std::move(token));
    if (!allowed) {
        Ending ending = endingOf(allowed.error());
        if (allowed.error().code == ErrorCode::PermissionDenied)
            ending.reason = "token_refused";
        co_return std::optional<Ending>(std::move(ending));
    }
    m_admission = live::Admission(m_services.gate, std::move(viewer));
    co_return std::nullopt;
}

/// Tells the player itself where it refuses. Apart from play(), so that what this needs is not kept for the time of playing.
Task<Result<std::unique_ptr<live::Subscription>, Ending>> Session::admit(PlayRequest request)
{
    using Answer = Result<std::unique_ptr<live::Subscription>, Ending>;
    constexpr std::string_view notFound = "NetStream.Play.StreamNotFound";
    if (request.name.empty() || request.name.size() > kMaxNameBytes) {
        Ending ending{"not_found", "There is no stream name. The address is rtmp://HOST/live/NAME."};
        Ending told = co_await refuse(notFound, std::move(ending));
        co_return Answer(std::move(told));
    }
    auto refused = co_await letIn(request);
    if (refused) {
        Ending told = co_await refuse(notFound, std::move(*refused));
        co_return Answer(std::move(told));
    }
    std::string protocol = "rtmp";
    auto subscription = co_await m_services.registry.subscribe(request.name, std::move(protocol));
    if (!subscription) {
        Ending ending = endingOf(subscription.error());
        Ending told = co_await refuse(notFound, std::move(ending));
        co_return Answer(std::move(told));
    }
    auto &replica = (*subscription)->replica();
    co_await awaitFirstTrack(replica);
    m_dialogue.acceptPlay(request.name, replica.tracks());
    co_return Answer(std::move(*subscription));
}

Task<Ending> Session::play(PlayRequest request)
{
    const std::string name = request.name;
    auto subscription = co_await admit(std::move(request));
    if (!subscription)
        co_return subscription.error();
    m_title = "player of " + name;
    std::vector<std::uint8_t>().swap(m_buffer); // onBytes() is given the bytes; not `= {}`, which keeps the memory
    std::vector<Event>().swap(m_events);
    m_services.metrics.players.add(1);
    const MessageFormat format;
    live::FanOut fanOut(m_connection, std::move(*subscription), format, m_dialogue.takeOutput());
    m_fanOut = &fanOut;
    m_admission.bind(fanOut);
    auto end = live::FanOutEnd::Revoked;
    if (!m_admission.isOver())
        end = co_await fanOut.run(this);
    m_admission = {};
    m_fanOut = nullptr;
    m_services.metrics.players.add(-1);
    const bool mayBeTold = end == live::FanOutEnd::Revoked && fanOut.isBetweenMessages();
    if (mayBeTold) {
        m_dialogue.refuse("NetStream.Play.Failed", kRevoked);
        co_await bidFarewell();
    }
    if (reasonOf(end) == "stream_ended") {
        m_dialogue.endPlay(name);
        co_await bidFarewell();
    }
    co_return Ending{reasonOf(end)};
}

/// What the player says while frames go out.
bool Session::onBytes(std::span<const std::uint8_t> bytes)
{
    std::vector<Event> events;
    bool here = static_cast<bool>(m_dialogue.feed(bytes, events));
    for (const Event &event : events) {
        if (const auto *pause = std::get_if<PauseRequest>(&event))
            m_fanOut->setPaused(pause->paused);
        else if (std::holds_alternative<StreamClosed>(event))
            here = false;
    }
    auto answer = m_dialogue.takeOutput();
    if (!answer.empty())
        m_fanOut->interject(std::move(answer));
    return here;
}

} // namespace

Task<void> serve(std::unique_ptr<net::Connection> connection, Services &services)
{
    Session session(*connection, services);
    const Ending ending = co_await session.run();
    services.metrics.closed(ending.reason);
    connection->noteReason(ending.reason);
    // Strangers who never got in are counted and not written down one by one.
    const auto level = session.title().empty() ? log::Level::debug : log::Level::info;
    log::emit(level, "rtmp", "{} from {} closed: {}{}{}", session.title().empty() ? "connection" : session.title(),
              connection->peerAddress(), ending.reason, ending.sentence.empty() ? "" : ": ", ending.sentence);
}

} // namespace matinee::rtmp
