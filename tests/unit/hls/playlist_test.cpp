#include "hls/wire/playlist.h"

#include <gmock/gmock.h>

namespace matinee::hls {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr auto kNoon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h;

Segment segment(int number, std::chrono::microseconds duration = 2s, bool discontinuity = false)
{
    return {"cinema/" + std::to_string(number) + ".ts", duration, kNoon + number * 2s, discontinuity};
}

TEST(HlsPlaylist, IsWrittenAsTheRfcHasIt)
{
    Playlist playlist(3s, 3, {1000, 7});
    playlist.push(segment(0, 2'002'000us));
    playlist.push({"cinema/1.ts", 1'966'667us, kNoon + 2002ms + 5us, true});
    EXPECT_EQ(playlist.text(), "#EXTM3U\n"
                               "#EXT-X-VERSION:3\n"
                               "#EXT-X-TARGETDURATION:3\n"
                               "#EXT-X-MEDIA-SEQUENCE:1000\n"
                               "#EXT-X-DISCONTINUITY-SEQUENCE:7\n"
                               "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T12:00:00.000Z\n"
                               "#EXTINF:2.002000,\n"
                               "cinema/0.ts\n"
                               "#EXT-X-DISCONTINUITY\n"
                               "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T12:00:02.002Z\n"
                               "#EXTINF:1.966667,\n"
                               "cinema/1.ts\n");
}

TEST(HlsPlaylist, PutsAQueryBehindEachSegment)
{
    Playlist playlist(3s, 3, {});
    playlist.push(segment(0));
    EXPECT_THAT(playlist.text("key=abc"), HasSubstr("\ncinema/0.ts?key=abc\n"));
}

TEST(HlsPlaylist, SlidesAndCountsUp)
{
    Playlist playlist(2s, 3, {50, 0});
    for (int number = 0; number < 10; ++number) {
        EXPECT_EQ(playlist.nextSequence(), 50u + static_cast<unsigned>(number));
        const auto gone = playlist.push(segment(number));
        ASSERT_THAT(gone, SizeIs(number < 3 ? 0 : 1));
        if (!gone.empty()) {
            EXPECT_EQ(gone[0].uri, segment(number - 3).uri);
        }
    }
    EXPECT_EQ(playlist.sequences().media, 57u);
    EXPECT_THAT(playlist.segments(), SizeIs(3));
}

TEST(HlsPlaylist, CountsADiscontinuityWhenItsTagSlidesOutAndNotBefore)
{
    Playlist playlist(2s, 3, {0, 4});
    playlist.push(segment(0));
    playlist.push(segment(1, 2s, true));
    playlist.push(segment(2));
    EXPECT_EQ(playlist.sequences().discontinuity, 4u);
    playlist.push(segment(3)); // 0 goes
    EXPECT_EQ(playlist.sequences().discontinuity, 4u);
    EXPECT_THAT(playlist.text(), HasSubstr("#EXT-X-DISCONTINUITY\n"));
    playlist.push(segment(4)); // 1 goes, and its tag with it
    EXPECT_EQ(playlist.sequences().discontinuity, 5u);
    EXPECT_THAT(playlist.text(), Not(HasSubstr("#EXT-X-DISCONTINUITY\n")));
    EXPECT_THAT(playlist.text(), HasSubstr("#EXT-X-DISCONTINUITY-SEQUENCE:5\n"));
}

TEST(HlsPlaylist, KeepsThreeTargetDurationsWhereSegmentsAreShort)
{
    Playlist playlist(3s, 3, {});
    for (int number = 0; number < 40; ++number)
        playlist.push(segment(number, 500ms));
    EXPECT_THAT(playlist.segments(), SizeIs(18)); // 9 s
}

TEST(HlsPlaylist, IsBoundedWhateverTheDurations)
{
    Playlist playlist(20s, 6, {});
    for (int number = 0; number < 500; ++number)
        playlist.push(segment(number, 1ms));
    EXPECT_LE(playlist.segments().size(), Playlist::kMaxSegments);
}

TEST(HlsPlaylist, TellsASuccessorWhereToGoOn)
{
    Playlist playlist(2s, 3, {10, 20});
    EXPECT_EQ(playlist.successor().media, 10u);
    playlist.push(segment(0));
    playlist.push(segment(1, 2s, true));
    EXPECT_EQ(playlist.successor().media, 12u);
    EXPECT_EQ(playlist.successor().discontinuity, 22u) << "one for the tag listed, one for the break between the two playlists";
    for (int number = 2; number < 9; ++number)
        playlist.push(segment(number));
    EXPECT_EQ(playlist.successor().media, 19u);
    EXPECT_EQ(playlist.successor().discontinuity, 22u);
}

} // namespace
} // namespace matinee::hls
