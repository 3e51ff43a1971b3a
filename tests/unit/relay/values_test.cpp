#include "relay/address.h"
#include "relay/back_off.h"
#include "relay/log_lines.h"
#include "relay/tracks.h"

#include "tests/support/hex.h"

#include <gmock/gmock.h>

namespace matinee::relay {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

std::string masked(const char *text, Direction direction = Direction::Pull)
{
    const auto address = StreamAddress::parse(text, direction);
    return address ? address->masked() : "refused";
}

TEST(StreamAddress, ShowsHostAndApplicationOnly)
{
    EXPECT_EQ(masked("rtmp://a.example.com/live2/abcd-efgh-ijkl"), "rtmp://a.example.com/live2/***");
    EXPECT_EQ(masked("rtsp://admin:secret@192.0.2.7:554/Streaming/Channels/101?auth=x"), "rtsp://***@192.0.2.7:554/Streaming/***");
    EXPECT_EQ(masked("https://[2001:db8::1]:8443/a.m3u8?token=abc"), "https://[2001:db8::1]:8443/a.m3u8/***");
    EXPECT_EQ(masked("http://host/live.flv"), "http://host/live.flv");
    EXPECT_EQ(masked("http://host?token=abc"), "http://host***");
}

TEST(StreamAddress, RefusesWhatIsNoSource)
{
    for (const char *text : {"",
                             "live",
                             "file:///etc/passwd",
                             "concat:http://a|http://b",
                             "udp://host:1",
                             "srt://host:1",
                             "rtmp:/host/a",
                             "rtmp://",
                             "rtmp:///app/key",
                             "rtmp://ho st/a",
                             "rtmp://host/a\nb",
                             "http://host\\@other/",
                             "http://host:0/",
                             "http://host:99999/",
                             "http://host:12a/",
                             "RTMP://host/a/b",
                             "http://a,b/",
                             "http://user@/x",
                             "subfile,,start,0,end,9,,:http://host/a",
                             "rtmp://[]/a"})
        EXPECT_EQ(masked(text), "refused") << text;
    EXPECT_EQ(masked(("http://host/" + std::string(2048, 'a')).c_str()), "refused");
}

TEST(StreamAddress, APushGoesByRtmpAndHasAPath)
{
    EXPECT_EQ(masked("rtmps://host/app/key", Direction::Push), "rtmps://host/app/***");
    EXPECT_EQ(masked("http://host/app/key", Direction::Push), "refused");
    EXPECT_EQ(masked("rtsp://host/app/key", Direction::Push), "refused");
    EXPECT_EQ(masked("rtmp://host", Direction::Push), "refused");
    EXPECT_EQ(masked("rtmp://host/", Direction::Push), "refused");
}

TEST(StreamAddress, TakesItsSecretsOutOfWhatOthersSay)
{
    const auto address = StreamAddress::parse("rtmp://user:hunter22@host/live/topsecret-key?token=abcdef", Direction::Push);
    ASSERT_TRUE(address);
    const auto text =
        address->redact("[rtmp] rtmp://user:hunter22@host/live/topsecret-key?token=abcdef failed: 'topsecret-key' hunter22 abcdef");
    EXPECT_THAT(text, Not(HasSubstr("secret")));
    EXPECT_THAT(text, Not(HasSubstr("hunter22")));
    EXPECT_THAT(text, Not(HasSubstr("abcdef")));
    EXPECT_THAT(text, HasSubstr("host/live"));
}

TEST(BackOff, DoublesFromOneSecondToOneMinute)
{
    BackOff backOff;
    std::vector<long> seconds;
    for (int i = 0; i < 9; ++i)
        seconds.push_back(backOff.next(0s, 0.5).count() / 1000);
    EXPECT_THAT(seconds, testing::ElementsAre(1, 2, 4, 8, 16, 32, 60, 60, 60));
}

TEST(BackOff, SpreadsAQuarterEitherWayWithinItsBounds)
{
    for (const double chance : {-1.0, 0.0, 0.3, 1.0, 2.0}) {
        BackOff backOff;
        for (int i = 0; i < 9; ++i) {
            const auto wait = backOff.next(0s, chance);
            EXPECT_GE(wait, BackOff::kLeast);
            EXPECT_LE(wait, BackOff::kMost);
        }
    }
    BackOff low, high;
    (void)low.next(0s, 0), (void)high.next(0s, 0);
    EXPECT_EQ(low.next(0s, 0), 1500ms);
    EXPECT_EQ(high.next(0s, 1), 2500ms);
}

TEST(BackOff, BeginsAgainAfterAGoodRun)
{
    BackOff backOff;
    for (int i = 0; i < 5; ++i)
        (void)backOff.next(14s, 0.5);
    EXPECT_EQ(backOff.next(14s, 0.5), 32s);
    EXPECT_EQ(backOff.next(15s, 0.5), 1s);
    EXPECT_EQ(backOff.next(0s, 0.5), 2s);
}

TEST(LogLines, AreWholePrintableAndBounded)
{
    LogLines lines;
    EXPECT_TRUE(lines.feed("half").empty());
    EXPECT_THAT(lines.feed(" and half\n\n\x1b[31mred\n"), testing::ElementsAre("half and half", "?[31mred"));
    EXPECT_THAT(lines.feed(std::string(10'000, 'x') + "\n"), testing::ElementsAre(std::string(LogLines::kMaxLine, 'x')));
    std::size_t taken = 3;
    for (int i = 0; i < 500; ++i)
        taken += lines.feed("again\n").size();
    EXPECT_EQ(taken, LogLines::kMaxLines);
    EXPECT_EQ(lines.leftOut(), 503 - LogLines::kMaxLines);
}

TEST(RelayTracks, AreMadeOfTheConfigurationAndNotOfTheAnnouncement)
{
    const auto track =
        makeTrack({.id = 0,
                   .codec = media::Codec::H264,
                   .width = 9999,
                   .height = 9999,
                   .config = test::hex("0164000cffe1001a6764000cacd941419f9f011000000300100000030320f142996001000668ebe3cb22c0fdf8f800")});
    ASSERT_TRUE(track);
    EXPECT_EQ((*track)->width, 320U);
    EXPECT_EQ((*track)->codecString, "avc1.64000c");
}

TEST(RelayTracks, DamagedConfigurationsAreRefusedForEveryCodec)
{
    for (int codec = 0; codec <= static_cast<int>(media::Codec::Mp3); ++codec) {
        for (const auto &config : {media::Bytes{}, media::Bytes{0xff}, media::Bytes(40, 0xff)}) {
            if (codec == static_cast<int>(media::Codec::Aac) && config.size() == 40)
                continue; // any bits are some AAC
            EXPECT_FALSE(makeTrack({.id = 0, .codec = static_cast<media::Codec>(codec), .config = config}))
                << codec << ", " << config.size();
        }
    }
}

} // namespace
} // namespace matinee::relay
