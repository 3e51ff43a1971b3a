#include "flv/wire/tag.h"

#include <gmock/gmock.h>

namespace matinee::flv {
namespace {

using testing::ElementsAre;

TEST(FlvHeader, NamesOnlyTheTracksThatThereAre)
{
    EXPECT_THAT(fileHeader({true, true}), ElementsAre('F', 'L', 'V', 1, 5, 0, 0, 0, 9, 0, 0, 0, 0));
    EXPECT_EQ(fileHeader({true, false})[4], 4);
    EXPECT_EQ(fileHeader({false, true})[4], 1);
    EXPECT_EQ(fileHeader({})[4], 0);
}

TEST(FlvTag, IsHeaderBodyAndBackPointer)
{
    const media::Bytes head{0x17, 1};
    const media::Bytes rest{0xaa, 0xbb, 0xcc};
    EXPECT_THAT(tag(TagType::Video, 0x010203, {head, rest}),
                ElementsAre(9, 0, 0, 5, 1, 2, 3, 0, 0, 0, 0, 0x17, 1, 0xaa, 0xbb, 0xcc, 0, 0, 0, 16));
}

TEST(FlvTag, PutsTheUpperByteOfTheTimestampLast)
{
    const auto bytes = tag(TagType::Audio, 0x81020304, {});
    EXPECT_THAT(bytes, ElementsAre(8, 0, 0, 0, 2, 3, 4, 0x81, 0, 0, 0, 0, 0, 0, 11));
}

TEST(FlvTimestamp, CountsMillisecondsAndWrapsAt32Bits)
{
    using namespace std::chrono;
    EXPECT_EQ(toTimestamp(microseconds(1999)), 1u);
    EXPECT_EQ(toTimestamp(milliseconds(0xffffffffLL)), 0xffffffffu);
    EXPECT_EQ(toTimestamp(milliseconds(0x100000005LL)), 5u);
}

} // namespace
} // namespace matinee::flv
