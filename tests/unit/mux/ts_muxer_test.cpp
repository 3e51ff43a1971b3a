#include "mux/ts_muxer.h"

#include "tests/unit/mux/sample_stream.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

namespace matinee::mux {
namespace {

using media::Kind;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

constexpr int kPat = 0;

struct TsPacket
{
    int pid = 0;
    int counter = 0;
    bool payload = false;
};

std::vector<TsPacket> packetsIn(const std::string &ts)
{
    EXPECT_EQ(ts.size() % 188, 0u);
    std::vector<TsPacket> packets;
    for (std::size_t at = 0; at + 188 <= ts.size(); at += 188) {
        const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(ts[at + i]); };
        EXPECT_EQ(byte(0), 0x47);
        packets.push_back({(byte(1) & 0x1f) << 8 | byte(2), byte(3) & 15, (byte(3) & 0x10) != 0});
    }
    return packets;
}

/// Cuts at each key frame; audio alone, each second.
std::vector<std::string> segmentsOf(const sample::Stream &stream)
{
    auto muxer = TsMuxer::create(stream.tracks);
    EXPECT_TRUE(muxer) << muxer.error().message;
    std::vector<std::string> segments;
    if (!muxer)
        return segments;
    const bool hasVideo = stream.count(Kind::Video) > 0;
    media::MediaTime start = stream.frames.front()->dts;
    for (const auto &frame : stream.frames) {
        const bool clean = hasVideo ? frame->isVideo() && frame->key : frame->dts - start >= std::chrono::seconds(1);
        if (clean && (*muxer)->pendingBytes() > 0) {
            segments.push_back(*(*muxer)->cut());
            start = frame->dts;
        }
        const auto written = (*muxer)->write(*frame);
        EXPECT_TRUE(written) << written.error().message;
    }
    segments.push_back(*(*muxer)->cut());
    return segments;
}

std::string joined(const std::vector<std::string> &segments)
{
    std::string all;
    for (const auto &segment : segments)
        all += segment;
    return all;
}

long long count(const std::vector<sample::Packet> &packets, const std::string &kind)
{
    return std::count_if(packets.begin(), packets.end(), [&](const auto &packet) { return packet.kind == kind; });
}

class TsMuxerWithBFrames : public testing::TestWithParam<int>
{
};

TEST_P(TsMuxerWithBFrames, LosesNoFrameAndIsDecodedWithoutAnError)
{
    const auto stream = sample::parse(sample::encode({.seconds = 6, .bFrames = GetParam()}));
    ASSERT_EQ(stream.tracks.size(), 2u);
    const auto segments = segmentsOf(stream);
    EXPECT_EQ(segments.size(), 6u);
    const sample::Folder folder;
    const auto path = folder.write("all.ts", joined(segments));
    EXPECT_EQ(sample::decodeErrors(path), "");
    const auto packets = sample::packetsOf(path);
    EXPECT_EQ(count(packets, "video"), static_cast<long long>(stream.count(Kind::Video)));
    EXPECT_EQ(count(packets, "audio"), static_cast<long long>(stream.count(Kind::Audio)));
    sample::expectMonotonic(packets);
}

TEST_P(TsMuxerWithBFrames, KeepsCompositionOffsets)
{
    const auto stream = sample::parse(sample::encode({.seconds = 2, .bFrames = GetParam()}));
    const sample::Folder folder;
    const auto packets = sample::packetsOf(folder.write("all.ts", joined(segmentsOf(stream))));
    std::vector<long long> expected;
    std::vector<long long> got;
    for (const auto &frame : stream.frames) {
        if (frame->isVideo())
            expected.push_back((frame->pts - frame->dts).count() * 9 / 100);
    }
    for (const auto &packet : packets) {
        if (packet.kind == "video")
            got.push_back(packet.pts - packet.dts);
    }
    EXPECT_EQ(got, expected);
}

INSTANTIATE_TEST_SUITE_P(BFrames, TsMuxerWithBFrames, testing::Values(0, 3));

TEST(TsMuxer, BeginsEachSegmentWithTablesAndParameterSetsSoThatItDecodesAlone)
{
    const auto stream = sample::parse(sample::encode({.seconds = 3, .bFrames = 2}));
    const sample::Folder folder;
    for (const auto &segment : segmentsOf(stream)) {
        const auto packets = packetsIn(segment);
        std::set<int> first;
        for (std::size_t i = 0; i < 3 && i < packets.size(); ++i)
            first.insert(packets[i].pid);
        EXPECT_THAT(first, IsSupersetOf({kPat, 0x1000})) << "PAT and PMT";
        const auto path = folder.write("one.ts", segment);
        EXPECT_EQ(sample::decodeErrors(path), "");
        const auto read = sample::packetsOf(path);
        ASSERT_FALSE(read.empty());
        const auto video = std::find_if(read.begin(), read.end(), [](const auto &packet) { return packet.kind == "video"; });
        ASSERT_NE(video, read.end());
        EXPECT_TRUE(video->key);
    }
}

TEST(TsMuxer, ContinuesItsCountersFromSegmentToSegment)
{
    const auto stream = sample::parse(sample::encode({.seconds = 4}));
    std::map<int, int> last;
    for (const auto &segment : segmentsOf(stream)) {
        for (const auto &packet : packetsIn(segment)) {
            const auto found = last.find(packet.pid);
            if (found != last.end() && packet.payload) {
                ASSERT_EQ(packet.counter, (found->second + 1) % 16) << "pid " << packet.pid;
            }
            last[packet.pid] = packet.counter;
        }
    }
    EXPECT_THAT(last, Contains(testing::Key(0x100)));
}

TEST(TsMuxer, TimesAudioByItsSamples)
{
    const auto stream = sample::parse(sample::encode({.seconds = 5, .video = false}));
    const sample::Folder folder;
    const auto packets = sample::packetsOf(folder.write("all.ts", joined(segmentsOf(stream))));
    ASSERT_GT(packets.size(), 200u);
    for (std::size_t i = 1; i < packets.size(); ++i)
        ASSERT_EQ(packets[i].pts - packets[i - 1].pts, 1920) << i; // 1024 samples at 48 kHz
}

TEST(TsMuxer, NamesOnlyTheTracksThatThereAre)
{
    const sample::Folder folder;
    const auto codecs = [&](const sample::Options &options) {
        const auto stream = sample::parse(sample::encode(options));
        const auto path = folder.write("tracks.ts", joined(segmentsOf(stream)));
        EXPECT_EQ(sample::decodeErrors(path), "");
        return sample::linesOf(
            sample::outputOf("ffprobe -v error -show_entries stream=codec_name -of csv=p=0 " + path + " | sed '/^$/d' | sort -u"));
    };
    EXPECT_THAT(codecs({.seconds = 2, .audio = false}), ElementsAre("h264"));
    EXPECT_THAT(codecs({.seconds = 2, .video = false}), ElementsAre("aac"));
}

TEST(TsMuxer, LeavesOutAMalformedFrameAndGoesOn)
{
    const auto stream = sample::parse(sample::encode({.seconds = 2, .audio = false}));
    auto muxer = TsMuxer::create(stream.tracks);
    ASSERT_TRUE(muxer);
    for (const auto &frame : stream.frames) {
        auto broken = *frame;
        broken.payload = {0, 0, 1, 0, 0x65}; // a NAL unit longer than its frame
        const auto refused = (*muxer)->write(broken);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument);
        ASSERT_TRUE((*muxer)->write(*frame));
    }
    const sample::Folder folder;
    const auto path = folder.write("all.ts", *(*muxer)->cut());
    EXPECT_EQ(sample::decodeErrors(path), "");
    EXPECT_EQ(sample::packetsOf(path).size(), stream.frames.size());
}

TEST(TsMuxer, RepairsTimesThatGoBackWithinATrack)
{
    const auto stream = sample::parse(sample::encode({.seconds = 2}));
    auto muxer = TsMuxer::create(stream.tracks);
    ASSERT_TRUE(muxer);
    std::size_t index = 0;
    for (const auto &frame : stream.frames) {
        auto moved = *frame;
        if (++index % 20 == 0) {
            moved.dts -= std::chrono::milliseconds(400);
            moved.pts = moved.dts;
        }
        ASSERT_TRUE((*muxer)->write(moved));
    }
    const sample::Folder folder;
    const auto packets = sample::packetsOf(folder.write("all.ts", *(*muxer)->cut()));
    EXPECT_EQ(packets.size(), stream.frames.size());
    sample::expectMonotonic(packets);
}

TEST(TsMuxer, RefusesAStreamOfWhichItCarriesNothing)
{
    media::Track track;
    track.codec = media::Codec::Av1;
    const auto muxer = TsMuxer::create({std::make_shared<const media::Track>(track)});
    ASSERT_FALSE(muxer);
    EXPECT_EQ(muxer.error().code, ErrorCode::FailedPrecondition);
    EXPECT_THAT(muxer.error().message, testing::HasSubstr("H.264"));
}

TEST(TsMuxer, RefusesFramesOfAnotherConfiguration)
{
    const auto stream = sample::parse(sample::encode({.seconds = 1, .audio = false}));
    auto muxer = TsMuxer::create(stream.tracks);
    ASSERT_TRUE(muxer);
    auto other = *stream.frames.front();
    other.track = std::make_shared<const media::Track>(*other.track); // same bytes, another track
    EXPECT_FALSE((*muxer)->has(*other.track));
    EXPECT_FALSE((*muxer)->write(other));
}

TEST(TsMuxer, RefusesABrokenDecoderConfiguration)
{
    media::Track track;
    track.config = {1, 2, 3};
    const auto muxer = TsMuxer::create({std::make_shared<const media::Track>(track)});
    ASSERT_FALSE(muxer);
    EXPECT_EQ(muxer.error().code, ErrorCode::InvalidArgument);
}

} // namespace
} // namespace matinee::mux
