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

Segment segment(std::uint64_t number, Microseconds duration = 2s, bool discontinuity = false, std::uint64_t discontinuities = 0)
{
    Segment made;
    made.number = number;
    made.stem = "s-" + std::to_string(number);
    made.duration = duration;
    made.begins = kNoon + number * 2s;
    made.discontinuity = discontinuity;
    made.discontinuities = discontinuities;
    return made;
}

Part part(Microseconds duration, bool independent = false)
{
    return {duration, independent, std::make_shared<const std::string>("part")};
}

std::shared_ptr<const Map> map(const std::string &uri)
{
    return std::make_shared<const Map>(Map{uri, nullptr});
}

std::size_t count(const std::string &text, const std::string &what)
{
    std::size_t times = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++times;
    return times;
}

constexpr PlaylistShape kTs{.target = 3s, .length = 3, .extension = "ts"};
constexpr PlaylistShape kLow{.target = 3s, .length = 3, .partTarget = 250ms};

TEST(HlsPlaylist, IsWrittenAsTheRfcHasIt)
{
    Playlist playlist(kTs);
    auto first = segment(1000, 2'002'000us, false, 7);
    first.begins = kNoon;
    auto second = segment(1001, 1'966'667us, true, 8);
    second.begins = kNoon + 2002ms + 5us;
    playlist.push(std::move(first));
    playlist.push(std::move(second));
    EXPECT_EQ(playlist.text(), "#EXTM3U\n"
                               "#EXT-X-VERSION:3\n"
                               "#EXT-X-TARGETDURATION:3\n"
                               "#EXT-X-MEDIA-SEQUENCE:1000\n"
                               "#EXT-X-DISCONTINUITY-SEQUENCE:7\n"
                               "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T12:00:00.000Z\n"
                               "#EXTINF:2.002000,\n"
                               "s-1000.ts\n"
                               "#EXT-X-DISCONTINUITY\n"
                               "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T12:00:02.002Z\n"
                               "#EXTINF:1.966667,\n"
                               "s-1001.ts\n");
}

TEST(HlsPlaylist, ListsPartsMapsAndWhatComesNext)
{
    Playlist playlist(kLow);
    const auto init = map("s-main0.mp4");
    auto first = segment(10, 500ms);
    first.begins = kNoon;
    first.map = init;
    first.parts = {part(250ms, true), part(250ms)};
    playlist.push(std::move(first));
    auto open = segment(11, 0s);
    open.begins = kNoon + 500ms;
    open.map = init;
    open.parts = {part(250ms, true)};
    playlist.setOpen(std::make_shared<const Segment>(open));
    const std::vector<RenditionReport> reports{{"../low/main.m3u8", 11, 0}, {"../audio/main.m3u8", 10, std::nullopt}};
    EXPECT_EQ(playlist.text("token=t", false, reports),
              "#EXTM3U\n"
              "#EXT-X-VERSION:9\n"
              "#EXT-X-TARGETDURATION:3\n"
              "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.750000,CAN-SKIP-UNTIL=18.000000\n"
              "#EXT-X-PART-INF:PART-TARGET=0.250000\n"
              "#EXT-X-MEDIA-SEQUENCE:10\n"
              "#EXT-X-DISCONTINUITY-SEQUENCE:0\n"
              "#EXT-X-MAP:URI=\"s-main0.mp4?token=t\"\n"
              "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T12:00:00.000Z\n"
              "#EXT-X-PART:DURATION=0.250000,URI=\"s-10.0.m4s?token=t\",INDEPENDENT=YES\n"
              "#EXT-X-PART:DURATION=0.250000,URI=\"s-10.1.m4s?token=t\"\n"
              "#EXTINF:0.500000,\n"
              "s-10.m4s?token=t\n"
              "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T12:00:00.500Z\n"
              "#EXT-X-PART:DURATION=0.250000,URI=\"s-11.0.m4s?token=t\",INDEPENDENT=YES\n"
              "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"s-11.1.m4s?token=t\"\n"
              "#EXT-X-RENDITION-REPORT:URI=\"../low/main.m3u8?token=t\",LAST-MSN=11,LAST-PART=0\n"
              "#EXT-X-RENDITION-REPORT:URI=\"../audio/main.m3u8?token=t\",LAST-MSN=10\n");
    EXPECT_NE(playlist.part(10, 1), nullptr);
    EXPECT_NE(playlist.part(11, 0), nullptr);
    EXPECT_EQ(playlist.part(11, 1), nullptr);
    EXPECT_EQ(playlist.part(9, 0), nullptr);
}

TEST(HlsPlaylist, GivesANewMapWhereTheTracksChange)
{
    Playlist playlist(kLow);
    const auto one = map("one.mp4");
    const auto two = map("two.mp4");
    for (std::uint64_t number = 0; number < 4; ++number) {
        auto made = segment(number, 2s, number == 2, number >= 2 ? 1 : 0);
        made.map = number < 2 ? one : two;
        playlist.push(std::move(made));
    }
    const auto text = playlist.text();
    EXPECT_EQ(count(text, "#EXT-X-MAP:URI=\"one.mp4\""), 1u);
    EXPECT_THAT(text, HasSubstr("#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"two.mp4\"\n"));
    auto open = segment(4, 0s, true, 2);
    open.map = map("three.mp4");
    playlist.setOpen(std::make_shared<const Segment>(open));
    EXPECT_THAT(playlist.text(), Not(HasSubstr("PRELOAD-HINT"))) << "its map is not known yet";
}

/// hls.js takes a last segment with no line behind it for the open one, and refuses the list at the break after it.
TEST(HlsPlaylist, HasALineBehindTheLastSegmentWhateverComesNext)
{
    Playlist playlist(kLow);
    playlist.push(segment(10));
    EXPECT_TRUE(playlist.text().ends_with("s-10.m4s\n# The next segment has not begun.\n"));

    playlist.setOpen(std::make_shared<Segment>(segment(11, 2s, true, 1)));
    EXPECT_TRUE(playlist.text().ends_with("s-10.m4s\n#EXT-X-DISCONTINUITY\n"));

    auto begun = segment(11, 2s, true, 1);
    begun.parts.push_back(part(250ms, true));
    playlist.setOpen(std::make_shared<Segment>(begun));
    EXPECT_EQ(count(playlist.text(), "#EXT-X-DISCONTINUITY\n"), 1u);
}

TEST(HlsPlaylist, ListsPartsOfTheLastThreeTargetDurationsOnly)
{
    Playlist playlist({.target = 2s, .length = 20, .partTarget = 500ms});
    for (std::uint64_t number = 0; number < 20; ++number) {
        auto made = segment(number);
        made.parts = {part(500ms), part(500ms), part(500ms), part(500ms)};
        playlist.push(std::move(made));
    }
    EXPECT_EQ(count(playlist.text(), "#EXT-X-PART:"), 3u * 4);
    std::size_t held = 0;
    for (const auto &made : playlist.segments())
        held += made->parts.size();
    EXPECT_EQ(held, 5u * 4) << "a little longer than they are listed, and then they are freed";
}

TEST(HlsPlaylist, LeavesOutTheOldPartInADeltaUpdate)
{
    Playlist playlist({.target = 2s, .length = 6, .window = 60s, .partTarget = 500ms});
    const auto init = map("init.mp4");
    for (std::uint64_t number = 0; number < 30; ++number) {
        auto made = segment(number);
        made.map = init;
        playlist.push(std::move(made));
    }
    ASSERT_THAT(playlist.segments(), SizeIs(30));
    const auto whole = playlist.text();
    const auto delta = playlist.text({}, true);
    EXPECT_THAT(delta, HasSubstr("#EXT-X-SKIP:SKIPPED-SEGMENTS=24\n")) << "all but six target durations";
    EXPECT_EQ(count(delta, "#EXTINF"), 6u);
    EXPECT_THAT(delta, HasSubstr("#EXT-X-MEDIA-SEQUENCE:0\n"));
    EXPECT_THAT(delta, Not(HasSubstr("#EXT-X-MAP"))) << "the player has it";
    const auto tail = delta.substr(delta.find("#EXT-X-PROGRAM"));
    EXPECT_TRUE(whole.ends_with(tail));
    Playlist brief({.target = 2s, .length = 6, .partTarget = 500ms});
    brief.push(segment(0));
    EXPECT_THAT(brief.text({}, true), Not(HasSubstr("#EXT-X-SKIP"))) << "nothing to leave out";
    Playlist plain({.target = 2s, .length = 6, .window = 60s, .extension = "ts"});
    for (std::uint64_t number = 0; number < 30; ++number)
        plain.push(segment(number));
    EXPECT_EQ(plain.text({}, true), plain.text()) << "it never said that it could";
}

TEST(HlsPlaylist, MarksWhatIsNotThere)
{
    Playlist playlist(kTs);
    auto lost = segment(5);
    lost.gap = true;
    playlist.push(std::move(lost));
    EXPECT_THAT(playlist.text(), HasSubstr("#EXT-X-GAP\n#EXTINF:2.000000,\ns-5.ts\n"));
    EXPECT_THAT(playlist.text(), HasSubstr("#EXT-X-VERSION:8\n"));
}

TEST(HlsPlaylist, SlidesAndCountsUp)
{
    Playlist playlist({.target = 2s, .length = 3});
    for (std::uint64_t number = 50; number < 60; ++number) {
        const auto gone = playlist.push(segment(number));
        EXPECT_EQ(playlist.nextNumber(), number + 1);
        ASSERT_THAT(gone, SizeIs(number < 53 ? 0 : 1));
        if (!gone.empty()) {
            EXPECT_EQ(gone[0]->number, number - 3);
        }
    }
    EXPECT_EQ(playlist.sequences().media, 57u);
    EXPECT_THAT(playlist.segments(), SizeIs(3));
    EXPECT_EQ(playlist.duration(), 6s);
}

TEST(HlsPlaylist, CountsADiscontinuityWhenItsTagSlidesOutAndNotBefore)
{
    Playlist playlist({.target = 2s, .length = 3});
    playlist.push(segment(0, 2s, false, 4));
    playlist.push(segment(1, 2s, true, 5));
    playlist.push(segment(2, 2s, false, 5));
    EXPECT_EQ(playlist.sequences().discontinuity, 4u);
    playlist.push(segment(3, 2s, false, 5)); // 0 goes
    EXPECT_EQ(playlist.sequences().discontinuity, 4u);
    EXPECT_THAT(playlist.text(), HasSubstr("#EXT-X-DISCONTINUITY\n"));
    playlist.push(segment(4, 2s, false, 5)); // 1 goes, and its tag with it
    EXPECT_EQ(playlist.sequences().discontinuity, 5u);
    EXPECT_THAT(playlist.text(), Not(HasSubstr("#EXT-X-DISCONTINUITY\n")));
    EXPECT_THAT(playlist.text(), HasSubstr("#EXT-X-DISCONTINUITY-SEQUENCE:5\n"));
}

TEST(HlsPlaylist, KeepsThreeTargetDurationsWhereSegmentsAreShort)
{
    Playlist playlist({.target = 3s, .length = 3});
    for (std::uint64_t number = 0; number < 40; ++number)
        playlist.push(segment(number, 500ms));
    EXPECT_THAT(playlist.segments(), SizeIs(18)); // 9 s
}

TEST(HlsPlaylist, KeepsTheWindowThatViewersMayGoBackIn)
{
    Playlist playlist({.target = 3s, .length = 3, .window = 600s});
    for (std::uint64_t number = 0; number < 1000; ++number)
        playlist.push(segment(number));
    EXPECT_EQ(playlist.duration(), 600s);
    EXPECT_NE(playlist.shorten(), nullptr);
    EXPECT_EQ(playlist.duration(), 598s);
    while (playlist.shorten()) {
    }
    EXPECT_THAT(playlist.segments(), SizeIs(3)) << "live playback needs these";
}

TEST(HlsPlaylist, IsBoundedWhateverTheDurations)
{
    Playlist playlist({.target = 20s, .length = 6});
    for (std::uint64_t number = 0; number < 500; ++number)
        playlist.push(segment(number, 1ms));
    EXPECT_LE(playlist.segments().size(), Playlist::kMaxSegments);
}

} // namespace
} // namespace matinee::hls
