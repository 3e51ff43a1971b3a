#include "flv/wire/reader.h"
#include "flv/wire/tag_format.h"
#include "rtmp/wire/amf0.h"
#include "rtmp/wire/tag_body.h"

#include <gmock/gmock.h>

namespace matinee::flv {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::SizeIs;

media::TrackPtr video()
{
    media::Track track;
    track.config = {1, 0x64, 0, 0x1f};
    track.width = 1280;
    track.height = 720;
    return std::make_shared<const media::Track>(track);
}

media::TrackPtr audio()
{
    media::Track track;
    track.kind = media::Kind::Audio;
    track.codec = media::Codec::Aac;
    track.config = {0x11, 0x90};
    track.sampleRate = 48000;
    track.channels = 2;
    return std::make_shared<const media::Track>(track);
}

std::vector<Tag> tagsOf(const media::Bytes &bytes, Reader &reader)
{
    auto tags = reader.feed(bytes);
    EXPECT_TRUE(tags);
    EXPECT_TRUE(reader.atBoundary());
    EXPECT_EQ(reader.wrongBackPointers(), 0u);
    return tags ? std::move(*tags) : std::vector<Tag>{};
}

rtmp::amf0::Value metadataOf(const Tag &tag)
{
    rtmp::amf0::Reader reader(tag.body);
    const auto name = reader.read();
    EXPECT_TRUE(name && name->text() == "onMetaData");
    auto value = reader.read();
    EXPECT_TRUE(value);
    EXPECT_TRUE(reader.atEnd());
    return value ? *value : rtmp::amf0::Value{};
}

TEST(FlvTagFormat, WritesAVideoFrameAsOneTagWithItsCompositionTime)
{
    media::Frame frame{video(), 70ms, 150ms, true, false, {0, 0, 0, 1, 0x65}};
    EXPECT_THAT(TagFormat().encode(frame),
                ElementsAre(9, 0, 0, 10, 0, 0, 70, 0, 0, 0, 0, 0x17, 1, 0, 0, 80, 0, 0, 0, 1, 0x65, 0, 0, 0, 21));
    frame.key = false;
    frame.pts = frame.dts;
    EXPECT_THAT(TagFormat().encode(frame), ElementsAre(9, 0, 0, 10, 0, 0, 70, 0, 0, 0, 0, 0x27, 1, 0, 0, 0, 0, 0, 0, 1, 0x65, 0, 0, 0, 21));
}

TEST(FlvTagFormat, WritesAnAudioFrameAsOneTag)
{
    const media::Frame frame{audio(), 21ms, 21ms, true, false, {0x21, 0x10}};
    EXPECT_THAT(TagFormat().encode(frame), ElementsAre(8, 0, 0, 4, 0, 0, 21, 0, 0, 0, 0, 0xaf, 1, 0x21, 0x10, 0, 0, 0, 15));
}

TEST(FlvTagFormat, StampsASequenceHeaderWithTheTimeOfTheFrameThatItIsFor)
{
    const media::Frame key{video(), 0x1020304ms, 0x1020304ms, true, false, {1}};
    EXPECT_THAT(TagFormat().header(key), ElementsAre(9, 0, 0, 9, 2, 3, 4, 1, 0, 0, 0, 0x17, 0, 0, 0, 0, 1, 0x64, 0, 0x1f, 0, 0, 0, 20));
    const media::Frame sound{audio(), 5ms, 5ms, true, false, {1}};
    EXPECT_THAT(TagFormat().header(sound), ElementsAre(8, 0, 0, 4, 0, 0, 5, 0, 0, 0, 0, 0xaf, 0, 0x11, 0x90, 0, 0, 0, 15));
}

TEST(FlvPreamble, DescribesBothTracks)
{
    Reader reader;
    const std::vector<media::TrackPtr> tracks{video(), audio()};
    const auto tags = tagsOf(preamble(tracks), reader);
    EXPECT_TRUE(reader.header()->hasAudio);
    EXPECT_TRUE(reader.header()->hasVideo);
    ASSERT_THAT(tags, SizeIs(1));
    EXPECT_EQ(tags[0].type, TagType::Script);
    const auto metadata = metadataOf(tags[0]);
    EXPECT_EQ(metadata.find("width")->number(), 1280);
    EXPECT_EQ(metadata.find("height")->number(), 720);
    EXPECT_EQ(metadata.find("videocodecid")->number(), 7);
    EXPECT_EQ(metadata.find("audiocodecid")->number(), 10);
    EXPECT_EQ(metadata.find("audiosamplerate")->number(), 48000);
}

TEST(FlvPreamble, SaysNothingOfATrackThatDoesNotExist)
{
    Reader reader;
    const std::vector<media::TrackPtr> tracks{audio()};
    const auto tags = tagsOf(preamble(tracks), reader);
    EXPECT_FALSE(reader.header()->hasVideo);
    ASSERT_THAT(tags, SizeIs(1));
    const auto metadata = metadataOf(tags[0]);
    EXPECT_EQ(metadata.find("width"), nullptr);
    EXPECT_EQ(metadata.find("videocodecid"), nullptr);
    EXPECT_NE(metadata.find("audiocodecid"), nullptr);
}

TEST(FlvTagFormat, WritesNewCodecsWithTheirFourCc)
{
    media::Track hevc;
    hevc.codec = media::Codec::Hevc;
    hevc.config = {1, 2};
    const media::Frame frame{std::make_shared<const media::Track>(hevc), 70ms, 150ms, true, false, {0, 0, 0, 1, 0x26}};
    EXPECT_THAT(TagFormat().encode(frame), ElementsAre(9, 0, 0, 13, 0, 0, 70, 0, 0, 0, 0, 0x91, 'h', 'v', 'c', '1', 0, 0, 80, 0, 0, 0, 1,
                                                       0x26, 0, 0, 0, 24));
    EXPECT_THAT(TagFormat().header(frame),
                ElementsAre(9, 0, 0, 7, 0, 0, 70, 0, 0, 0, 0, 0x90, 'h', 'v', 'c', '1', 1, 2, 0, 0, 0, 18));
    Reader reader;
    const std::vector<media::TrackPtr> tracks{frame.track};
    EXPECT_EQ(metadataOf(tagsOf(preamble(tracks), reader).at(0)).find("videocodecid")->number(), 0x68766331);
}

TEST(FlvTagFormat, WritesNoSequenceHeaderForMp3)
{
    media::Track mp3;
    mp3.kind = media::Kind::Audio;
    mp3.codec = media::Codec::Mp3;
    mp3.sampleRate = 44100;
    mp3.channels = 2;
    const media::Frame frame{std::make_shared<const media::Track>(mp3), 5ms, 5ms, true, false, {0xff, 0xfb}};
    EXPECT_TRUE(TagFormat().header(frame).empty());
    EXPECT_THAT(TagFormat().encode(frame), ElementsAre(8, 0, 0, 3, 0, 0, 5, 0, 0, 0, 0, 0x2f, 0xff, 0xfb, 0, 0, 0, 14));
}

TEST(FlvTagFormat, IsReadBackAsItWasWritten)
{
    const media::Frame key{video(), 40ms, 120ms, true, false, {0, 0, 0, 2, 0x65, 9}};
    auto bytes = fileHeader({false, true});
    for (const auto &part : {TagFormat().header(key), TagFormat().encode(key)})
        bytes.insert(bytes.end(), part.begin(), part.end());
    Reader reader;
    const auto tags = tagsOf(bytes, reader);
    ASSERT_THAT(tags, SizeIs(2));
    const auto config = rtmp::parseVideoBody(tags[0].body);
    ASSERT_TRUE(config);
    EXPECT_EQ(config->kind, rtmp::BodyKind::SequenceHeader);
    EXPECT_TRUE(std::ranges::equal(config->payload, key.track->config));
    const auto body = rtmp::parseVideoBody(tags[1].body);
    ASSERT_TRUE(body);
    EXPECT_TRUE(body->key);
    EXPECT_EQ(body->compositionOffset, 80ms);
    EXPECT_TRUE(std::ranges::equal(body->payload, key.payload));
    EXPECT_EQ(tags[1].timestamp, 40u);
}

} // namespace
} // namespace matinee::flv
