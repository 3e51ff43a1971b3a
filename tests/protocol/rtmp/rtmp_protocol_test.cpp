// RTMP as encoders and players meet it: a real port, ffmpeg as publisher, ffmpeg and ffprobe as players, and strangers.
#include "net/connection_limits.h"
#include "net/listener.h"
#include "observe/metrics.h"
#include "rtmp/session.h"
#include "rtmp/wire/amf0.h"
#include "rtmp/wire/chunk_writer.h"
#include "rtmp/wire/dialogue.h"

#include "raw_client.h"
#include "tests/unit/rtmp/capture.h"

#include <gmock/gmock.h>

#include <array>
#include <cstdio>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>

namespace matinee::rtmp {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// One key, "right", for the stream "cinema"; "blocked" is an address that tried too often.
class FakeGate final : public live::Gate
{
public:
    Task<Result<std::string>> mayPublish(std::string key, std::string) override
    {
        using Answer = Result<std::string>;
        if (key == "right" || key == "KEY123")
            co_return Answer(std::string("cinema"));
        if (key == "stopped")
            co_return Answer(fail(ErrorCode::FailedPrecondition, "This stream is stopped."));
        if (key == "blocked")
            co_return Answer(fail(ErrorCode::RateLimited, "Too many wrong keys. Try again in a minute."));
        co_return Answer(fail(ErrorCode::PermissionDenied, "No stream has this key."));
    }
    Task<Result<void>> mayPlay(std::string name, Caller, std::string token) override
    {
        if (token == "forged")
            co_return Result<void>(fail(ErrorCode::PermissionDenied, "This playback token was not made by this server."));
        if (name == "cinema")
            co_return Result<void>();
        co_return Result<void>(fail(ErrorCode::NotFound, "There is no stream of this name."));
    }
    std::unique_ptr<live::ViewerWatch> watch(live::Admitted viewer, std::function<void()> over) override
    {
        if (viewer.caller.keyId.empty())
            return nullptr;
        auto watch = std::make_unique<Watch>(std::move(over));
        const std::lock_guard lock(m_mutex);
        m_watched.emplace_back(net::Worker::current(), watch->over);
        return watch;
    }
    void revoke()
    {
        const std::lock_guard lock(m_mutex);
        for (const auto &[worker, watched] : m_watched) {
            worker->post([weak = watched] {
                if (const auto over = weak.lock())
                    (*over)();
            });
        }
    }

private:
    struct Watch final : live::ViewerWatch
    {
        explicit Watch(std::function<void()> told) : over(std::make_shared<std::function<void()>>(std::move(told))) {}
        const std::shared_ptr<std::function<void()>> over;
    };

    std::mutex m_mutex;
    std::vector<std::pair<net::Worker *, std::weak_ptr<std::function<void()>>>> m_watched; // guarded by m_mutex
};

/// Knows one API key.
Task<Result<Caller>> callerOf(std::string key, Caller anonymous)
{
    if (key != "letmein")
        co_return Result<Caller>(fail(ErrorCode::Unauthenticated, "This API key is not known here."));
    anonymous.keyId = "test";
    co_return Result<Caller>(std::move(anonymous));
}

struct Finished
{
    int status = 0;
    std::string output;
};

Finished runCommand(const std::string &command)
{
    Finished finished;
    std::FILE *pipe = ::popen((command + " 2>&1").c_str(), "r");
    std::array<char, 4096> some;
    while (const std::size_t count = std::fread(some.data(), 1, some.size(), pipe))
        finished.output.append(some.data(), count);
    finished.status = ::pclose(pipe);
    return finished;
}

bool eventually(const std::function<bool()> &condition, std::chrono::milliseconds patience = 10s)
{
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        std::this_thread::sleep_for(10ms);
    }
    return true;
}

class RtmpProtocol : public testing::Test
{
protected:
    void open(SessionLimits limits = {})
    {
        m_services = std::make_unique<Services>(Services{m_gate, m_registry, SessionMetrics(&m_metrics), limits, callerOf});
        m_listener =
            std::make_unique<net::Listener>(m_workers, std::make_shared<net::ConnectionLimits>(),
                                            [this](std::unique_ptr<net::Connection> c) { return serve(std::move(c), *m_services); });
        const auto opened = m_listener->open({"rtmp", "127.0.0.1", 0});
        ASSERT_TRUE(opened) << opened.error().message;
        m_workers.start();
        m_listener->start();
    }
    ~RtmpProtocol() override
    {
        if (m_listener)
            m_listener->stop();
        m_registry.drain();
        eventually([&] { return m_metrics.text().find("matinee_rtmp_publishers 0") != std::string::npos; }, 3s);
        m_workers.stop();
    }

    [[nodiscard]] std::uint16_t port() const { return m_listener->port(); }
    [[nodiscard]] std::string url(const std::string &name) const { return "rtmp://127.0.0.1:" + std::to_string(port()) + "/live/" + name; }
    [[nodiscard]] bool closedFor(const std::string &reason, int times = 1)
    {
        return eventually([&] {
            return m_metrics.text().find("matinee_rtmp_closed_total{reason=\"" + reason + "\"} " + std::to_string(times)) !=
                   std::string::npos;
        });
    }

    /// ffmpeg in the background; `input` and `codecs` may be replaced.
    std::future<Finished> publish(int seconds, const std::string &key = "right",
                                  const std::string &streams = "-f lavfi -i testsrc2=s=320x180:r=25 -f lavfi -i sine=r=48000 "
                                                               "-c:v libx264 -preset ultrafast -g 25 -bf 2 -b_strategy 0 -c:a aac -ac 2")
    {
        return std::async(std::launch::async, [=, this] {
            return runCommand("ffmpeg -nostdin -v error -re -t " + std::to_string(seconds) + " " + streams + " -t " +
                              std::to_string(seconds) + " -f flv " + url(key));
        });
    }
    bool awaitLive()
    {
        return eventually([&] {
            const auto state = m_registry.find("cinema");
            return state && !state->statistics.tracks.empty() && state->statistics.bytes > 3000;
        });
    }

    net::WorkerPool m_workers{2};
    live::Registry m_registry{m_workers, {}};
    FakeGate m_gate;
    observe::Metrics m_metrics;
    std::unique_ptr<Services> m_services;
    std::unique_ptr<net::Listener> m_listener;
};

/// "stream_index,dts" lines of ffprobe; strictly rising for each stream.
void expectMonotonic(const std::string &csv, std::size_t streams, std::size_t atLeast)
{
    std::map<int, std::pair<double, std::size_t>> seen;
    std::istringstream lines(csv);
    for (std::string line; std::getline(lines, line);) {
        int index = -1;
        double dts = 0;
        ASSERT_EQ(std::sscanf(line.c_str(), "packet,%d,%lf", &index, &dts), 2) << line;
        const auto [found, first] = seen.try_emplace(index, dts, 0);
        EXPECT_TRUE(first || dts > found->second.first) << line;
        found->second.first = dts;
        ++found->second.second;
    }
    EXPECT_EQ(seen.size(), streams);
    for (const auto &[index, last] : seen)
        EXPECT_GE(last.second, atLeast) << "stream " << index;
}

TEST_F(RtmpProtocol, CarriesFromFfmpegToPlayersWithoutAnErrorUntilTheEnd)
{
    open();
    auto publisher = publish(7);
    ASSERT_TRUE(awaitLive());
    auto packets = std::async(std::launch::async, [&] {
        return runCommand("ffprobe -v error -show_entries packet=stream_index,dts_time -of csv " + url("cinema"));
    });
    const Finished decoded = runCommand("ffmpeg -nostdin -v error -i " + url("cinema") + " -enc_time_base -1 -f null -");
    EXPECT_EQ(decoded.output, "");
    EXPECT_EQ(decoded.status, 0);
    expectMonotonic(packets.get().output, 2, 80);
    const Finished published = publisher.get();
    EXPECT_EQ(published.status, 0) << published.output;
    EXPECT_TRUE(closedFor("publisher_finished"));
    EXPECT_TRUE(closedFor("stream_ended", 2)); // both players were told, and went by themselves
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_rtmp_frames_left_out_total 0"));
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_rtmp_time_repairs_total 0"));
}

TEST_F(RtmpProtocol, KnowsTheStreamFromItsHeaders)
{
    open();
    auto publisher = publish(3);
    ASSERT_TRUE(awaitLive());
    const auto state = m_registry.find("cinema");
    ASSERT_TRUE(state);
    ASSERT_EQ(state->statistics.tracks.size(), 2U);
    EXPECT_EQ(state->statistics.tracks[0]->width, 320U);
    EXPECT_EQ(state->statistics.tracks[0]->height, 180U);
    EXPECT_EQ(state->statistics.tracks[1]->sampleRate, 48000U);
    EXPECT_THAT(state->statistics.publisher.encoder, HasSubstr("Lavf"));
    EXPECT_EQ(state->statistics.publisher.protocol, "rtmp");
}

struct OneTrack
{
    const char *streams;
    const char *codecType;
    friend void PrintTo(const OneTrack &one, std::ostream *out) { *out << one.codecType; } // part of the test's name
};
class RtmpProtocolOneTrack : public RtmpProtocol, public testing::WithParamInterface<OneTrack>
{
};

TEST_P(RtmpProtocolOneTrack, PlaysAStreamOfOneTrackAndNamesNoOther)
{
    open();
    auto publisher = publish(5, "right", GetParam().streams);
    ASSERT_TRUE(awaitLive());
    const Finished probed = runCommand("ffprobe -v error -show_entries stream=codec_type -of csv " + url("cinema"));
    EXPECT_EQ(probed.output, std::string("stream,") + GetParam().codecType + "\n");
}

INSTANTIATE_TEST_SUITE_P(Tracks, RtmpProtocolOneTrack,
                         testing::Values(OneTrack{"-f lavfi -i testsrc2=s=320x180:r=25 -c:v libx264 -preset ultrafast -g 25", "video"},
                                         OneTrack{"-f lavfi -i sine=r=44100 -c:a aac", "audio"}));

/// Players that do not come from ffmpeg: GStreamer's own RTMP, and librtmp, from which OBS has its.
class RtmpProtocolGStreamer : public RtmpProtocol, public testing::WithParamInterface<const char *>
{
};

TEST_P(RtmpProtocolGStreamer, PlaysUntilTheEnd)
{
    const std::string source = GetParam();
    if (runCommand("gst-inspect-1.0 --exists " + source).status != 0)
        GTEST_SKIP() << source << " is not installed";
    open();
    auto publisher = publish(5);
    ASSERT_TRUE(awaitLive());
    const std::string live = source == "rtmpsrc" ? " live=1" : "";
    const Finished played =
        runCommand("timeout 20 gst-launch-1.0 -q " + source + " location='" + url("cinema") + live +
                   "' ! flvdemux name=d d.video ! h264parse ! video/x-h264,stream-format=byte-stream ! fdsink fd=1 | wc -c");
    EXPECT_GE(std::atoi(played.output.c_str()), 50000) << played.output;
    EXPECT_TRUE(closedFor("publisher_finished"));
    EXPECT_TRUE(closedFor("stream_ended") || closedFor("viewer_left"));
}

INSTANTIATE_TEST_SUITE_P(Sources, RtmpProtocolGStreamer, testing::Values("rtmp2src", "rtmpsrc"));

TEST_F(RtmpProtocol, TakesAStreamOfGStreamer)
{
    if (runCommand("gst-inspect-1.0 --exists rtmp2sink && gst-inspect-1.0 --exists x264enc && gst-inspect-1.0 --exists voaacenc").status !=
        0)
        GTEST_SKIP() << "GStreamer is not installed";
    open();
    auto publisher = std::async(std::launch::async, [&] {
        return runCommand(
            "timeout 20 gst-launch-1.0 -q videotestsrc is-live=true num-buffers=150 ! video/x-raw,width=320,height=180,framerate=30/1 ! "
            "x264enc key-int-max=30 tune=zerolatency ! h264parse ! flvmux name=m streamable=true ! rtmp2sink location=" +
            url("right") + " audiotestsrc is-live=true num-buffers=215 ! voaacenc ! aacparse ! m.");
    });
    ASSERT_TRUE(awaitLive());
    auto packets = std::async(std::launch::async, [&] {
        return runCommand("ffprobe -v error -show_entries packet=stream_index,dts_time -of csv " + url("cinema"));
    });
    const Finished decoded = runCommand("ffmpeg -nostdin -v error -i " + url("cinema") + " -enc_time_base -1 -f null -");
    EXPECT_EQ(decoded.output, "");
    expectMonotonic(packets.get().output, 2, 40);
    EXPECT_THAT(publisher.get().output, Not(HasSubstr("ERROR")));
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_rtmp_time_repairs_total 0"));
}

TEST_F(RtmpProtocol, TellsAPublisherWithAWrongKeyWhatIsWrong)
{
    open();
    const Finished wrong = publish(3, "wrong").get();
    EXPECT_NE(wrong.status, 0);
    EXPECT_THAT(wrong.output, HasSubstr("No stream has this key."));
    EXPECT_TRUE(closedFor("wrong_key"));
    const Finished blocked = publish(3, "blocked").get();
    EXPECT_THAT(blocked.output, HasSubstr("Too many wrong keys."));
    EXPECT_TRUE(closedFor("rate_limited"));
    EXPECT_EQ(m_registry.liveCount(), 0U);
}

TEST_F(RtmpProtocol, RefusesASecondPublisherAndLeavesTheFirstAlone)
{
    open();
    auto first = publish(4);
    ASSERT_TRUE(awaitLive());
    const Finished second = publish(3).get();
    EXPECT_NE(second.status, 0);
    EXPECT_TRUE(closedFor("name_taken"));
    EXPECT_EQ(first.get().status, 0);
    EXPECT_TRUE(closedFor("publisher_finished"));
}

TEST_F(RtmpProtocol, TellsAnEncoderThatItsCodecIsNotTaken)
{
    open();
    const Finished refused = publish(4, "right", "-f lavfi -i testsrc2=s=320x180:r=25 -c:v flv1").get();
    EXPECT_THAT(refused.output, HasSubstr("Sorenson H.263"));
    EXPECT_TRUE(closedFor("unsupported_codec"));
}

TEST_F(RtmpProtocol, TellsAPlayerThatThereIsNoSuchStream)
{
    open();
    const Finished unknown = runCommand("ffprobe -v error " + url("nothing"));
    EXPECT_NE(unknown.status, 0);
    EXPECT_THAT(unknown.output, HasSubstr("There is no stream of this name."));
    const Finished notLive = runCommand("ffprobe -v error " + url("cinema"));
    EXPECT_NE(notLive.status, 0);
    EXPECT_THAT(notLive.output, HasSubstr("not live"));
    EXPECT_TRUE(closedFor("not_found", 2));
}

TEST_F(RtmpProtocol, KicksAPublisherWithAReason)
{
    open();
    auto publisher = publish(20);
    ASSERT_TRUE(awaitLive());
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(m_registry.kick("cinema", "Ended by the administrator."));
    EXPECT_TRUE(closedFor("kicked"));
    EXPECT_NE(publisher.get().status, 0);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
    EXPECT_FALSE(m_registry.isLive("cinema"));
}

/// A recorded encoder, up to before it says goodbye.
media::Bytes withoutFarewell()
{
    auto bytes = test::capture("ffmpeg_publish.bin");
    constexpr std::string_view farewell = "FCUnpublish";
    bytes.erase(std::search(bytes.begin(), bytes.end(), farewell.begin(), farewell.end()) - 16, bytes.end());
    return bytes;
}

TEST_F(RtmpProtocol, KeepsAPlayerOverTenKilledPublishers)
{
    open();
    std::future<Finished> player;
    for (int round = 0; round < 10; ++round) {
        test::RawClient encoder(port());
        ASSERT_TRUE(encoder.shakeHands());
        ASSERT_TRUE(encoder.send(withoutFarewell()));
        ASSERT_TRUE(eventually([&] {
            const auto state = m_registry.find("cinema");
            return state && !state->statistics.interrupted && state->statistics.interruptions == static_cast<std::uint64_t>(round) &&
                   state->statistics.frames > 0 && !state->statistics.tracks.empty();
        })) << round;
        if (round == 0) {
            player = std::async(std::launch::async, [&] {
                return runCommand("ffprobe -v error -show_entries packet=stream_index,dts_time -of csv " + url("cinema"));
            });
            ASSERT_TRUE(eventually([&] {
                const auto state = m_registry.find("cinema");
                return state && state->statistics.viewers.contains("rtmp") && state->statistics.viewers.at("rtmp") == 1;
            }));
        }
        encoder.close(); // no FCUnpublish, no deleteStream: as the kernel closes for a killed process
        ASSERT_TRUE(eventually([&] {
            const auto state = m_registry.find("cinema");
            return state && state->statistics.interrupted;
        })) << round;
        EXPECT_EQ(m_registry.find("cinema")->statistics.viewers.at("rtmp"), 1U) << round;
    }
    EXPECT_TRUE(closedFor("publisher_lost", 10));
    m_registry.kick("cinema", "enough");
    const Finished played = player.get();
    EXPECT_EQ(played.status, 0) << played.output;
    std::map<int, double> last;
    std::istringstream lines(played.output);
    std::size_t packets = 0;
    for (std::string line; std::getline(lines, line); ++packets) {
        if (line.empty()) // side data: a new configuration
            continue;
        int index = -1;
        double dts = 0;
        ASSERT_EQ(std::sscanf(line.c_str(), "packet,%d,%lf", &index, &dts), 2) << line;
        const auto [found, first] = last.try_emplace(index, dts);
        EXPECT_TRUE(first || dts > found->second) << "packet " << packets << ": " << line;
        found->second = dts;
    }
    EXPECT_EQ(last.size(), 2U);
    EXPECT_GT(packets, 10U);
}

/// What a player says to have a stream: "cinema?key=..."
media::Bytes playing(std::string_view address)
{
    const auto command = [](std::string_view name, double transaction, const std::function<void(amf0::Writer &)> &arguments) {
        media::Bytes payload;
        amf0::Writer writer(payload);
        writer.string(name).number(transaction);
        arguments(writer);
        media::Bytes bytes;
        appendMessage(bytes, {kCommandChunks, MessageType::CommandAmf0, kMediaStreamId, 0}, payload, kInitialChunkSize);
        return bytes;
    };
    media::Bytes all = command("connect", 1, [](amf0::Writer &w) { w.object().property("app", "live").end(); });
    const media::Bytes made = command("createStream", 2, [](amf0::Writer &w) { w.null(); });
    const media::Bytes play = command("play", 3, [address](amf0::Writer &w) { w.null().string(address); });
    all.insert(all.end(), made.begin(), made.end());
    all.insert(all.end(), play.begin(), play.end());
    return all;
}

/// What comes until `text` is in it; all that came where it does not.
std::string heardUntil(test::RawClient &client, const std::string &text)
{
    std::string heard;
    for (int i = 0; i < 100 && heard.find(text) == std::string::npos && !client.closed(); ++i) {
        const auto some = client.receive(100ms);
        heard.append(some.begin(), some.end());
    }
    return heard;
}

TEST_F(RtmpProtocol, CutsOffThePlayerWhoseKeyWasRevokedAndNobodyElse)
{
    open();
    test::RawClient encoder(port());
    ASSERT_TRUE(encoder.shakeHands());
    ASSERT_TRUE(encoder.send(withoutFarewell()));
    ASSERT_TRUE(eventually([&] {
        const auto state = m_registry.find("cinema");
        return state && state->statistics.frames > 0;
    }));
    test::RawClient keyed(port());
    ASSERT_TRUE(keyed.shakeHands());
    ASSERT_TRUE(keyed.send(playing("cinema?key=letmein")));
    EXPECT_THAT(heardUntil(keyed, "NetStream.Play.Start"), HasSubstr("NetStream.Play.Start"));
    test::RawClient other(port());
    ASSERT_TRUE(other.shakeHands());
    ASSERT_TRUE(other.send(playing("cinema")));
    EXPECT_THAT(heardUntil(other, "NetStream.Play.Start"), HasSubstr("NetStream.Play.Start"));

    m_gate.revoke();
    EXPECT_THAT(heardUntil(keyed, "NetStream.Play.Failed"), HasSubstr("NetStream.Play.Failed"));
    keyed.receive(5s);
    EXPECT_TRUE(keyed.closed());
    keyed.close();
    EXPECT_TRUE(closedFor("revoked"));
    EXPECT_TRUE(eventually([&] { return m_registry.find("cinema")->statistics.viewers.at("rtmp") == 1U; }));
    EXPECT_TRUE(m_registry.isLive("cinema")) << "the encoder goes on";
    m_registry.kick("cinema", "enough");
}

TEST_F(RtmpProtocol, RefusesAPlayerWithAWrongKey)
{
    open();
    test::RawClient player(port());
    ASSERT_TRUE(player.shakeHands());
    ASSERT_TRUE(player.send(playing("cinema?key=wrong")));
    EXPECT_THAT(heardUntil(player, "is not known here"), HasSubstr("This API key is not known here."));
    player.close();
    EXPECT_TRUE(closedFor("wrong_key"));
}

TEST_F(RtmpProtocol, HandsOverToABackupPublisherWhenTheFirstIsLost)
{
    open();
    test::RawClient first(port());
    ASSERT_TRUE(first.shakeHands());
    ASSERT_TRUE(first.send(withoutFarewell()));
    ASSERT_TRUE(eventually([&] {
        const auto state = m_registry.find("cinema");
        return state && state->statistics.frames > 0;
    }));
    auto backup = publish(6, "right?backup=1");
    ASSERT_TRUE(eventually([&] { return m_registry.find("cinema")->statistics.backup; }));
    const auto before = m_registry.find("cinema")->statistics.frames;
    first.close();
    ASSERT_TRUE(eventually([&] {
        const auto state = m_registry.find("cinema");
        return state && !state->statistics.backup && !state->statistics.interrupted && state->statistics.frames > before + 20;
    }));
    EXPECT_EQ(m_registry.find("cinema")->statistics.tracks.at(0)->width, 320U);
    EXPECT_EQ(backup.get().status, 0);
    EXPECT_TRUE(eventually([&] { return !m_registry.isLive("cinema"); })) << "it ended properly";
}

TEST_F(RtmpProtocol, LetsASecondPublisherTakeOverWhereThatIsWanted)
{
    m_registry.setPolicy({.onConflict = live::OnConflict::Replace});
    open();
    auto first = publish(20);
    ASSERT_TRUE(awaitLive());
    auto second = publish(3);
    const Finished replaced = first.get();
    EXPECT_NE(replaced.status, 0);
    EXPECT_TRUE(closedFor("kicked"));
    EXPECT_EQ(second.get().status, 0);
    EXPECT_FALSE(m_registry.isLive("cinema"));
}

TEST_F(RtmpProtocol, RefusesAnEncoderThatWasReplacedAndComesAgain)
{
    m_registry.setPolicy({.onConflict = live::OnConflict::Replace});
    open();
    auto first = publish(20);
    ASSERT_TRUE(awaitLive());
    auto other = publish(8, "right", "-f lavfi -i testsrc2=s=320x180:r=25 -c:v libx264 -preset ultrafast -g 25 -rtmp_flashver Other/1.0");
    EXPECT_NE(first.get().status, 0);
    const Finished again = publish(3).get();
    EXPECT_NE(again.status, 0);
    EXPECT_THAT(again.output, HasSubstr("Another encoder took over cinema"));
    EXPECT_TRUE(closedFor("taken_over"));
    EXPECT_EQ(m_registry.find("cinema")->statistics.tracks.size(), 1U) << "that of the other, which has no sound";
    EXPECT_EQ(other.get().status, 0);
}

TEST_F(RtmpProtocol, TellsAnEncoderWhichLimitItsPictureBreaks)
{
    m_registry.setPolicy({.maxHeight = 8});
    open();
    test::RawClient encoder(port());
    ASSERT_TRUE(encoder.shakeHands());
    ASSERT_TRUE(encoder.send(withoutFarewell()));
    const auto answer = encoder.receive(5s);
    const std::string text(answer.begin(), answer.end());
    EXPECT_THAT(text, HasSubstr("NetStream.Publish.Rejected"));
    EXPECT_THAT(text, HasSubstr("livestream.max_height"));
    EXPECT_TRUE(closedFor("kicked"));
    EXPECT_FALSE(m_registry.isLive("cinema"));
}

TEST_F(RtmpProtocol, RefusesAPlayerWithAForgedToken)
{
    open();
    const Finished refused = runCommand("ffprobe -v error '" + url("cinema?token=forged") + "'");
    EXPECT_NE(refused.status, 0);
    EXPECT_THAT(refused.output, HasSubstr("not made by this server"));
    EXPECT_TRUE(closedFor("token_refused"));
}

TEST_F(RtmpProtocol, TellsAnEncoderThatItsStreamIsStopped)
{
    open();
    const Finished refused = publish(3, "stopped").get();
    EXPECT_NE(refused.status, 0);
    EXPECT_THAT(refused.output, HasSubstr("This stream is stopped."));
    EXPECT_TRUE(closedFor("stopped"));
}

TEST_F(RtmpProtocol, ClosesOtherProtocolsAndGarbage)
{
    open();
    test::RawClient http(port());
    http.send("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n");
    EXPECT_THAT(http.receive(5s), IsEmpty());
    EXPECT_TRUE(http.closed());
    test::RawClient tls(port());
    tls.send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11));
    tls.receive(5s);
    EXPECT_TRUE(tls.closed());
    EXPECT_TRUE(closedFor("not_rtmp", 2));

    test::RawClient garbage(port());
    ASSERT_TRUE(garbage.shakeHands());
    garbage.send(std::vector<std::uint8_t>(2000, 0xff));
    garbage.receive(5s);
    EXPECT_TRUE(garbage.closed());
    EXPECT_TRUE(closedFor("chunk_without_header"));
}

TEST_F(RtmpProtocol, ClosesAHandshakeThatStopsOrCrawls)
{
    SessionLimits limits;
    limits.handshake = 400ms;
    open(limits);
    test::RawClient stopped(port());
    stopped.send(std::vector<std::uint8_t>(100, 3));
    test::RawClient crawling(port());
    const auto begin = std::chrono::steady_clock::now();
    while (!crawling.closed() && std::chrono::steady_clock::now() - begin < 5s) {
        crawling.send(std::vector<std::uint8_t>(1, 3));
        crawling.receive(30ms);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
    stopped.receive(5s);
    EXPECT_TRUE(stopped.closed());
    EXPECT_TRUE(closedFor("handshake_timeout", 2));
    test::RawClient gone(port());
    gone.send(std::vector<std::uint8_t>(1537, 3));
    gone.close();
    EXPECT_TRUE(closedFor("handshake_incomplete"));
}

TEST_F(RtmpProtocol, ClosesAConnectionThatAsksForNothing)
{
    SessionLimits limits;
    limits.command = 300ms;
    open(limits);
    test::RawClient idle(port());
    ASSERT_TRUE(idle.shakeHands());
    idle.receive(5s);
    EXPECT_TRUE(idle.closed());
    EXPECT_TRUE(closedFor("no_command"));
}

TEST_F(RtmpProtocol, ClosesAPublisherThatSendsBytesAndNoFrames)
{
    SessionLimits limits;
    limits.silence = 500ms;
    open(limits);
    auto bytes = test::capture("ffmpeg_publish.bin");
    test::RawClient encoder(port());
    ASSERT_TRUE(encoder.shakeHands());
    encoder.send(std::span(bytes).first(639)); // up to the metadata
    ASSERT_TRUE(eventually([&] { return m_registry.isLive("cinema"); }));
    const auto begin = std::chrono::steady_clock::now();
    while (!encoder.closed() && std::chrono::steady_clock::now() - begin < 5s) {
        const std::uint8_t empty[] = {4, 0, 0, 0, 0, 0, 0, 8, 1, 0, 0, 0}; // an audio message without content
        encoder.send(empty);
        encoder.receive(50ms);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 4s);
    EXPECT_TRUE(closedFor("publisher_silent"));
    EXPECT_FALSE(m_registry.isLive("cinema"));
}

TEST_F(RtmpProtocol, SurvivesAPublisherCutAtEachPlace)
{
    m_registry.setPolicy({.grace = 0ms});
    open();
    const auto bytes = test::capture("ffmpeg_publish.bin");
    for (std::size_t size = 0; size < bytes.size(); size += 97) {
        test::RawClient encoder(port());
        ASSERT_TRUE(encoder.shakeHands());
        ASSERT_TRUE(encoder.send(std::span(bytes).first(size)));
        encoder.close();
    }
    EXPECT_TRUE(
        eventually([&] { return m_registry.liveCount() == 0 && m_metrics.text().find("matinee_rtmp_publishers 0") != std::string::npos; }));
    // And the next one is served.
    test::RawClient encoder(port());
    ASSERT_TRUE(encoder.shakeHands());
    ASSERT_TRUE(encoder.send(std::span(bytes).first(3000)));
    EXPECT_TRUE(eventually([&] { return m_registry.isLive("cinema"); }));
}

} // namespace
} // namespace matinee::rtmp
