#include "pictures/wire/key_sample.h"
#include "tests/unit/record/mp4.h"

#include <gtest/gtest.h>

namespace matinee::pictures {
namespace {

using mp4::box;
using mp4::Bytes;
using mp4::join;
using mp4::number;
using mp4::zeros;
using record::BoxError;

Bytes entry(const std::string &type, const std::string &config, const Bytes &content)
{
    return box(type, join({zeros(24), number(1280, 2), number(720, 2), zeros(50), box(config, content)}));
}

Bytes trackWith(const Bytes &stsd, bool video = true, std::uint32_t id = 1)
{
    const Bytes kind = video ? Bytes{'v', 'i', 'd', 'e'} : Bytes{'s', 'o', 'u', 'n'};
    const auto tkhd = box("tkhd", join({number(3, 4), zeros(8), number(id, 4), zeros(64)}));
    const auto mdhd = box("mdhd", join({zeros(12), number(90000, 4), zeros(8)}));
    const auto hdlr = box("hdlr", join({zeros(8), kind, zeros(13)}));
    const auto minf = box("minf", box("stbl", box("stsd", join({zeros(4), number(1, 4), stsd}))));
    return box("trak", join({tkhd, box("mdia", join({mdhd, hdlr, minf}))}));
}

/// Payload of moov.
Bytes movie(const Bytes &tracks, std::uint32_t defaultSize = 0)
{
    const auto trex = box("trex", join({zeros(4), number(1, 4), number(1, 4), number(0, 4), number(defaultSize, 4), number(0, 4)}));
    return join({box("mvhd", zeros(100)), tracks, box("mvex", trex)});
}

struct Sample
{
    std::uint32_t tfhdFlags = 0x020000;
    Bytes tfhdMore;
    std::uint32_t trunFlags = 0x201;
    Bytes trunMore;
    std::uint32_t count = 1;
    std::uint32_t track = 1;
};

/// Payload of moof.
Bytes fragment(const Sample &sample)
{
    const auto tfhd = box("tfhd", join({number(sample.tfhdFlags, 4), number(sample.track, 4), sample.tfhdMore}));
    const auto trun = box("trun", join({number(sample.trunFlags, 4), number(sample.count, 4), sample.trunMore}));
    return join({box("mfhd", zeros(8)), box("traf", join({tfhd, box("tfdt", zeros(8)), trun}))});
}

VideoDescription video(std::uint32_t defaultSize = 0)
{
    VideoDescription description;
    description.trackId = 1;
    description.defaultSampleSize = defaultSize;
    return description;
}

TEST(VideoDescription, IsReadForEachCodecOfOurs)
{
    const Bytes config{1, 100, 0, 31, 0xff};
    const std::vector<std::tuple<std::string, std::string, media::Codec>> all = {{"avc1", "avcC", media::Codec::H264},
                                                                                 {"hvc1", "hvcC", media::Codec::Hevc},
                                                                                 {"hev1", "hvcC", media::Codec::Hevc},
                                                                                 {"av01", "av1C", media::Codec::Av1}};
    for (const auto &[type, box, codec] : all) {
        const auto read = readVideoDescription(movie(trackWith(entry(type, box, config)), 77));
        ASSERT_TRUE(read && *read) << type;
        EXPECT_EQ((*read)->codec, codec);
        EXPECT_EQ((*read)->config, config);
        EXPECT_EQ((*read)->width, 1280);
        EXPECT_EQ((*read)->height, 720);
        EXPECT_EQ((*read)->trackId, 1U);
        EXPECT_EQ((*read)->defaultSampleSize, 77U);
    }
}

TEST(VideoDescription, OfVp9IsWithoutVersionAndFlags)
{
    const auto read = readVideoDescription(movie(trackWith(entry("vp09", "vpcC", join({number(0x01000000, 4), Bytes{1, 2, 3}})))));
    ASSERT_TRUE(read && *read);
    EXPECT_EQ((*read)->config, (Bytes{1, 2, 3}));
}

TEST(VideoDescription, IsNothingWhereThereIsNoVideoOrOneOfNobodysHere)
{
    const auto sound = readVideoDescription(movie(trackWith(entry("mp4a", "esds", {1}), false)));
    ASSERT_TRUE(sound);
    EXPECT_FALSE(*sound);
    const auto other = readVideoDescription(movie(trackWith(entry("mp4v", "esds", {1}))));
    ASSERT_TRUE(other);
    EXPECT_FALSE(*other);
}

TEST(VideoDescription, TakesTheVideoTrackWhereverItStands)
{
    const auto both = join({trackWith(entry("mp4a", "esds", {1}), false, 2), trackWith(entry("avc1", "avcC", {1, 2}), true, 1)});
    const auto read = readVideoDescription(movie(both));
    ASSERT_TRUE(read && *read);
    EXPECT_EQ((*read)->trackId, 1U);
}

TEST(VideoDescription, CutAnywhereIsAnErrorOrTheSame)
{
    const auto whole = movie(trackWith(entry("avc1", "avcC", {1, 2, 3})));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        const auto read = readVideoDescription(cut);
        if (read && *read) {
            EXPECT_EQ((*read)->config, (Bytes{1, 2, 3})) << size; // only what stands behind the track was cut off
        }
    }
}

TEST(KeySample, IsWhereTheRunSaysCountedFromTheMoof)
{
    const auto read = readKeySample(fragment({.trunMore = join({number(508, 4), number(4321, 4)})}), video());
    ASSERT_TRUE(read && *read);
    EXPECT_EQ((*read)->offset, 508U);
    EXPECT_EQ((*read)->size, 4321U);
}

TEST(KeySample, SkipsWhatStandsBeforeItsSize)
{
    // data offset, first flags, duration, size
    const auto read = readKeySample(
        fragment({.trunFlags = 0x305, .trunMore = join({number(600, 4), number(0x02000000, 4), number(3000, 4), number(99, 4)})}), video());
    ASSERT_TRUE(read && *read);
    EXPECT_EQ((*read)->size, 99U);
}

TEST(KeySample, HasTheDefaultSizeOfTheFragmentOrOfTheFile)
{
    const auto own = readKeySample(
        fragment({.tfhdFlags = 0x020018, .tfhdMore = join({number(3000, 4), number(55, 4)}), .trunFlags = 0x1, .trunMore = number(500, 4)}),
        video(44));
    ASSERT_TRUE(own && *own);
    EXPECT_EQ((*own)->size, 55U);
    const auto file = readKeySample(fragment({.trunFlags = 0x1, .trunMore = number(500, 4)}), video(44));
    ASSERT_TRUE(file && *file);
    EXPECT_EQ((*file)->size, 44U);
}

TEST(KeySample, OfAnotherTrackOrAnEmptyRunIsNone)
{
    const auto other = readKeySample(fragment({.trunMore = join({number(508, 4), number(1, 4)}), .track = 2}), video());
    ASSERT_TRUE(other);
    EXPECT_FALSE(*other);
    const auto empty = readKeySample(fragment({.trunMore = number(508, 4), .count = 0}), video());
    ASSERT_TRUE(empty);
    EXPECT_FALSE(*empty);
}

TEST(KeySample, ThatCannotBeIsRefused)
{
    const auto huge = readKeySample(fragment({.trunMore = join({number(508, 4), number(0x7fffffff, 4)})}), video());
    EXPECT_EQ(huge.error(), BoxError::TooLarge);
    const auto before = readKeySample(fragment({.trunMore = join({number(0xffffff00, 4), number(10, 4)})}), video());
    EXPECT_EQ(before.error(), BoxError::Malformed);
    const auto absolute =
        readKeySample(fragment({.tfhdFlags = 1, .tfhdMore = zeros(8), .trunMore = join({number(9, 4), number(9, 4)})}), video());
    EXPECT_EQ(absolute.error(), BoxError::Malformed);
}

TEST(KeySample, CutAnywhereIsAnErrorOrNone)
{
    const auto whole = fragment({.trunMore = join({number(508, 4), number(4321, 4)})});
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto read = readKeySample(std::span(whole).first(size), video());
        EXPECT_FALSE(read && *read) << size;
    }
}

} // namespace
} // namespace matinee::pictures
