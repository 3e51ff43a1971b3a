#include "flv/wire/reader.h"

#include <gmock/gmock.h>

namespace matinee::flv {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

media::Bytes joined(std::initializer_list<media::Bytes> parts)
{
    media::Bytes out;
    for (const auto &part : parts)
        out.insert(out.end(), part.begin(), part.end());
    return out;
}

media::Bytes sample()
{
    const media::Bytes body{0x17, 1, 0, 0, 0, 0xde, 0xad};
    return joined(
        {fileHeader({true, true}), tag(TagType::Script, 0, {body}), tag(TagType::Video, 0x1000001, {body}), tag(TagType::Audio, 40, {})});
}

TEST(FlvReader, GivesHeaderAndTags)
{
    Reader reader;
    const auto tags = reader.feed(sample());
    ASSERT_TRUE(tags);
    ASSERT_THAT(*tags, SizeIs(3));
    EXPECT_TRUE(reader.header()->hasAudio);
    EXPECT_TRUE(reader.header()->hasVideo);
    EXPECT_EQ((*tags)[0].type, TagType::Script);
    EXPECT_EQ((*tags)[1].timestamp, 0x1000001u);
    EXPECT_THAT((*tags)[1].body, ElementsAre(0x17, 1, 0, 0, 0, 0xde, 0xad));
    EXPECT_EQ((*tags)[2].type, TagType::Audio);
    EXPECT_THAT((*tags)[2].body, IsEmpty());
    EXPECT_TRUE(reader.atBoundary());
}

TEST(FlvReader, DoesNotCareWhereThePiecesAreCut)
{
    const auto whole = sample();
    for (std::size_t size = 1; size <= whole.size(); ++size) {
        Reader reader;
        std::vector<Tag> all;
        for (std::size_t at = 0; at < whole.size(); at += size) {
            const auto tags = reader.feed(std::span(whole).subspan(at, std::min(size, whole.size() - at)));
            ASSERT_TRUE(tags);
            all.insert(all.end(), tags->begin(), tags->end());
        }
        ASSERT_THAT(all, SizeIs(3)) << "pieces of " << size;
        EXPECT_EQ(all[1].body.size(), 7u);
        EXPECT_TRUE(reader.atBoundary());
    }
}

TEST(FlvReader, WaitsForMoreAtEachTruncation)
{
    const auto whole = sample();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        Reader reader;
        const auto tags = reader.feed(std::span(whole).first(size));
        ASSERT_TRUE(tags) << size;
        EXPECT_LE(tags->size(), 3u);
    }
}

TEST(FlvReader, SkipsWhatALongerHeaderSays)
{
    auto bytes = sample();
    bytes[8] = 12;
    bytes.insert(bytes.begin() + 9, {1, 2, 3});
    Reader reader;
    const auto tags = reader.feed(bytes);
    ASSERT_TRUE(tags);
    EXPECT_THAT(*tags, SizeIs(3));
}

TEST(FlvReader, ToleratesAndCountsWrongBackPointers)
{
    auto bytes = sample();
    bytes.back() ^= 0xff;
    Reader reader;
    EXPECT_TRUE(reader.feed(bytes));
    EXPECT_EQ(reader.wrongBackPointers(), 1u);
}

struct Broken
{
    std::size_t at;
    std::uint8_t value;
    ReadError error;
    friend void PrintTo(const Broken &broken, std::ostream *out)
    {
        *out << "byte " << broken.at << " is " << int{broken.value};
    } // part of the test's name
};

class FlvReaderRefuses : public testing::TestWithParam<Broken>
{
};

TEST_P(FlvReaderRefuses, AndSaysWhy)
{
    auto bytes = sample();
    bytes[GetParam().at] = GetParam().value;
    Reader reader(1000);
    const auto tags = reader.feed(bytes);
    ASSERT_FALSE(tags);
    EXPECT_EQ(tags.error(), GetParam().error);
    EXPECT_FALSE(describe(tags.error()).empty());
    const auto again = reader.feed(sample());
    ASSERT_FALSE(again) << "an error is for ever";
    EXPECT_EQ(again.error(), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(Flv, FlvReaderRefuses,
                         testing::Values(Broken{0, 'G', ReadError::NotFlv}, Broken{3, 2, ReadError::BadVersion},
                                         Broken{8, 8, ReadError::BadHeaderSize}, Broken{5, 1, ReadError::BadHeaderSize},
                                         Broken{13, 10, ReadError::UnknownTagType}, Broken{13, 0x32, ReadError::Encrypted},
                                         Broken{14, 1, ReadError::TagTooLarge}));

TEST(FlvReader, TakesABodyOfExactlyItsLimit)
{
    const media::Bytes body(1000, 7);
    const auto bytes = joined({fileHeader({}), tag(TagType::Video, 0, {body})});
    Reader wide(1000);
    EXPECT_TRUE(wide.feed(bytes));
    Reader narrow(999);
    EXPECT_FALSE(narrow.feed(bytes));
}

} // namespace
} // namespace matinee::flv
