// RTMPS as encoders and players meet it: a real port, ffmpeg as publisher and as player, and those who do not speak TLS.
#include "net/tls.h"
#include "observe/metrics.h"
#include "rtmp/secure.h"

#include "raw_client.h"
#include "tests/protocol/hls/house.h"

#include <gmock/gmock.h>

namespace matinee::rtmp {
namespace {

using namespace std::chrono_literals;
using house::eventually;
using testing::HasSubstr;
using testing::IsEmpty;

class Rtmps : public testing::Test
{
protected:
    void open(SessionLimits limits = {})
    {
        const auto key = m_folder.write("key.pem", "");
        const auto certificate = m_folder.write("certificate.pem", "");
        sample::outputOf("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -keyout " +
                         key + " -out " + certificate + " 2>&1");
        auto tls = net::TlsContext::load({certificate, key});
        ASSERT_TRUE(tls) << tls.error().message;
        m_tls = std::move(*tls);
        m_services = std::make_unique<Services>(Services{m_gate, m_registry, SessionMetrics(&m_metrics), limits});
        m_listener = std::make_unique<net::Listener>(
            m_workers, std::make_shared<net::ConnectionLimits>(),
            [this](std::unique_ptr<net::Connection> connection) { return serveSecure(std::move(connection), m_tls, *m_services); });
        const auto opened = m_listener->open({"rtmps", "127.0.0.1", 0});
        ASSERT_TRUE(opened) << opened.error().message;
        m_workers.start();
        m_listener->start();
    }
    ~Rtmps() override
    {
        if (m_listener)
            m_listener->stop();
        m_registry.drain();
        eventually([&] { return m_metrics.text().find("matinee_rtmp_publishers 0") != std::string::npos; }, 3s);
        m_workers.stop();
    }

    [[nodiscard]] std::string url() const { return "rtmps://127.0.0.1:" + std::to_string(m_listener->port()) + "/live/cinema"; }
    [[nodiscard]] bool closedFor(const std::string &reason, int times)
    {
        return eventually([&] {
            return m_metrics.text().find("matinee_rtmp_closed_total{reason=\"" + reason + "\"} " + std::to_string(times)) !=
                   std::string::npos;
        });
    }

    const sample::Folder m_folder;
    net::WorkerPool m_workers{2};
    live::Registry m_registry{m_workers, {}};
    house::OpenGate m_gate;
    observe::Metrics m_metrics;
    std::shared_ptr<net::TlsContext> m_tls;
    std::unique_ptr<Services> m_services;
    std::unique_ptr<net::Listener> m_listener;
};

TEST_F(Rtmps, CarriesFromFfmpegToFfmpegUntilTheEnd)
{
    open();
    auto publisher = std::async(std::launch::async, [&] {
        return sample::outputOf("ffmpeg -nostdin -v error -re -t 6 -f lavfi -i testsrc2=s=320x180:r=25 -re -t 6 -f lavfi -i sine=r=48000 "
                                "-c:v libx264 -preset ultrafast -g 25 -bf 2 -b_strategy 0 -c:a aac -ac 2 -f flv " +
                                url() + " 2>&1");
    });
    ASSERT_TRUE(eventually([&] {
        const auto state = m_registry.find("cinema");
        return state && state->statistics.tracks.size() == 2 && state->statistics.bytes > 3000;
    }));
    auto packets = std::async(std::launch::async, [&] { return sample::packetsOf(url(), "-tls_verify 0"); });
    EXPECT_EQ(sample::decodeErrors(url(), "-tls_verify 0"), "");
    const auto seen = packets.get();
    sample::expectMonotonic(seen);
    EXPECT_GT(seen.size(), 100U);
    EXPECT_EQ(publisher.get(), "");
    EXPECT_TRUE(closedFor("publisher_finished", 1));
    EXPECT_TRUE(closedFor("stream_ended", 2)); // both players heard what was said after the last frame
    EXPECT_THAT(m_metrics.text(), HasSubstr("matinee_rtmp_frames_left_out_total 0"));
}

TEST_F(Rtmps, ClosesThoseWhoDoNotSpeakTlsOrStopInTheMiddle)
{
    SessionLimits limits;
    limits.handshake = 400ms;
    open(limits);
    test::RawClient plain(m_listener->port());
    plain.send(std::vector<std::uint8_t>(1537, 3));
    plain.receive(5s);
    EXPECT_TRUE(plain.closed());
    test::RawClient stopped(m_listener->port());
    stopped.send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11));
    EXPECT_THAT(stopped.receive(5s), IsEmpty());
    EXPECT_TRUE(stopped.closed());
    EXPECT_TRUE(closedFor("tls_failed", 2));
}

} // namespace
} // namespace matinee::rtmp
