#include "rtmp/wire/metadata.h"

#include "rtmp/wire/amf0.h"
#include "rtmp/wire/chunk_reader.h"

#include "capture.h"
#include "tests/support/hex.h"

#include <gtest/gtest.h>

#include <limits>

namespace matinee::rtmp {

using test::hex;

TEST(Metadata, ReadsTheEncoderOfRealPublishers)
{
    const std::pair<const char *, std::string> expected[] = {{"ffmpeg_publish.bin", "Lavf59.27.100"},
                                                             {"gstreamer_publish.bin", "GStreamer 1.22.0 FLV muxer"}};
    for (const auto &[name, encoder] : expected) {
        ChunkReader chunks;
        std::vector<Message> messages;
        ASSERT_TRUE(chunks.feed(test::capture(name), messages));
        EncoderMetadata metadata;
        for (const Message &message : messages) {
            if (message.type == MessageType::DataAmf0)
                metadata = parseMetadata(message.payload);
        }
        EXPECT_EQ(metadata.encoder, encoder);
        EXPECT_EQ(metadata.width, 32U);
        EXPECT_EQ(metadata.height, 32U);
    }
}

TEST(Metadata, ReadsNothingFromWhatIsNotMetadata)
{
    EXPECT_TRUE(parseMetadata({}).encoder.empty());
    EXPECT_TRUE(parseMetadata(hex("02 0001 78 05")).encoder.empty());
    EXPECT_TRUE(parseMetadata(hex("02 000a 6f6e4d65746144617461")).encoder.empty());
    media::Bytes odd;
    amf0::Writer(odd)
        .string("onMetaData")
        .object()
        .property("encoder", 5.0)
        .property("width", std::numeric_limits<double>::quiet_NaN())
        .property("height", -1e300)
        .end();
    const auto metadata = parseMetadata(odd);
    EXPECT_TRUE(metadata.encoder.empty());
    EXPECT_EQ(metadata.width, 0U);
    EXPECT_EQ(metadata.height, 0U);
}

TEST(Metadata, MakesNamesOfStrangersHarmless)
{
    EXPECT_EQ(printable("OBS\n\x1b[31m\x7f \xff"), "OBS[31m ?");
    EXPECT_EQ(printable(std::string(500, 'x')).size(), 128U);
}

TEST(Metadata, NamesRealTracksOnly)
{
    auto video = std::make_shared<media::Track>();
    video->width = 1280;
    video->height = 720;
    auto audio = std::make_shared<media::Track>();
    audio->kind = media::Kind::Audio;
    audio->codec = media::Codec::Aac;
    audio->sampleRate = 48000;
    audio->channels = 2;
    const auto read = [](const std::vector<media::TrackPtr> &tracks) {
        const media::Bytes body = metadataBody(tracks);
        amf0::Reader reader(body);
        EXPECT_EQ(reader.read()->text(), "onMetaData");
        auto object = reader.read();
        EXPECT_TRUE(object);
        EXPECT_TRUE(reader.atEnd());
        return *object;
    };
    const auto both = read({video, audio});
    EXPECT_EQ(both.find("width")->number(), 1280);
    EXPECT_EQ(both.find("videocodecid")->number(), 7);
    EXPECT_EQ(both.find("audiocodecid")->number(), 10);
    EXPECT_EQ(both.find("audiosamplerate")->number(), 48000);
    const auto soundOnly = read({audio});
    EXPECT_EQ(soundOnly.find("videocodecid"), nullptr);
    EXPECT_EQ(soundOnly.find("width"), nullptr);
    EXPECT_EQ(read({video}).find("audiocodecid"), nullptr);
    EXPECT_EQ(read({}).find("videocodecid"), nullptr);
    const std::pair<media::Codec, double> numbers[] = {
        {media::Codec::Hevc, 0x68766331}, {media::Codec::Av1, 0x61763031}, {media::Codec::Vp9, 0x76703039}};
    for (const auto &[codec, number] : numbers) {
        video->codec = codec;
        EXPECT_EQ(read({video}).find("videocodecid")->number(), number);
    }
    audio->codec = media::Codec::Opus;
    EXPECT_EQ(read({audio}).find("audiocodecid")->number(), 0x4f707573);
    audio->codec = media::Codec::Mp3;
    EXPECT_EQ(read({audio}).find("audiocodecid")->number(), 2);
}

} // namespace matinee::rtmp
