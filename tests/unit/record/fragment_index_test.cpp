#include "record/wire/fragment_index.h"
#include "record/wire/vod_playlist.h"
#include "tests/unit/record/mp4.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace matinee::record {
namespace {

using namespace std::chrono_literals;

ReadAt readerOf(const mp4::Bytes &file)
{
    return [&file](std::uint64_t offset, std::span<std::uint8_t> into) -> Result<std::size_t, BoxError> {
        const auto count = std::min<std::size_t>(into.size(), file.size() - offset);
        if (count > 0)
            std::memcpy(into.data(), file.data() + offset, count);
        return count;
    };
}

/// Three seconds: groups of pictures of one second, the middle one in two pieces, with sound.
mp4::Bytes sample()
{
    return mp4::join({mp4::init(), mp4::fragment({{1, 0, 30, 3000}, {2, 0, 47, 1024}}), mp4::fragment({{1, 90000, 15, 3000}}),
                      mp4::fragment({{1, 135000, 15, 3000, false}, {2, 96000, 20, 1024}}, 60), mp4::fragment({{1, 180000, 30, 3000}})});
}

TEST(FragmentIndex, KnowsWhereEachFragmentLiesAndWhatTimeItCovers)
{
    const auto file = sample();
    FragmentIndex index;
    ASSERT_TRUE(extendIndex(index, readerOf(file), file.size()).has_value());
    EXPECT_EQ(index.initBytes, mp4::init().size());
    EXPECT_EQ(index.end, file.size());
    ASSERT_EQ(index.fragments.size(), 4U);
    EXPECT_EQ(index.fragments[0].offset, index.initBytes);
    EXPECT_EQ(index.fragments[1].offset, index.fragments[0].offset + index.fragments[0].size);
    EXPECT_EQ(index.fragments[1].begins, 1s);
    EXPECT_EQ(index.fragments[2].duration, 500ms);
    EXPECT_TRUE(index.fragments[1].independent);
    EXPECT_FALSE(index.fragments[2].independent);
    EXPECT_EQ(index.duration(), 3s);
}

TEST(FragmentIndex, OfAFileCutAnywhereHoldsItsWholeFragmentsAndGoesOnFromThere)
{
    const auto file = sample();
    FragmentIndex whole;
    ASSERT_TRUE(extendIndex(whole, readerOf(file), file.size()).has_value());
    for (std::size_t size = 0; size < file.size(); ++size) {
        const mp4::Bytes torn(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
        FragmentIndex index;
        (void)extendIndex(index, readerOf(torn), size);
        ASSERT_LE(index.end, size);
        const auto complete =
            std::count_if(whole.fragments.begin(), whole.fragments.end(), [&](const auto &f) { return f.offset + f.size <= size; });
        ASSERT_EQ(index.fragments.size(), static_cast<std::size_t>(complete)) << size;
        ASSERT_TRUE(extendIndex(index, readerOf(file), file.size()).has_value()) << size;
        ASSERT_EQ(index.fragments.size(), 4U) << size;
        ASSERT_EQ(index.fragments[3].offset, whole.fragments[3].offset);
    }
}

TEST(FragmentIndex, OfSoundAloneBeginsAnywhere)
{
    const auto file = mp4::join({mp4::init(false, true), mp4::fragment({{2, 4800, 94, 1024}}), mp4::fragment({{2, 101056, 94, 1024}})});
    FragmentIndex index;
    ASSERT_TRUE(extendIndex(index, readerOf(file), file.size()).has_value());
    ASSERT_EQ(index.fragments.size(), 2U);
    EXPECT_EQ(index.fragments[0].begins, 100ms);
    EXPECT_TRUE(index.fragments[1].independent);
}

TEST(FragmentIndex, RefusesBoxesThatLie)
{
    const auto error = [](const mp4::Bytes &file) {
        FragmentIndex index;
        const auto result = extendIndex(index, readerOf(file), file.size());
        return result ? std::string("none") : std::string(boxErrorText(result.error()));
    };
    EXPECT_EQ(error(mp4::fragment({{1, 0, 1, 3000}})), boxErrorText(BoxError::NoTracks));
    EXPECT_EQ(error(mp4::join({mp4::number(4, 4), {'f', 't', 'y', 'p'}})), boxErrorText(BoxError::Size));
    EXPECT_EQ(error(mp4::join({mp4::init(), mp4::fragment({{7, 0, 1, 3000}})})), boxErrorText(BoxError::Malformed)); // no such track
    EXPECT_EQ(error(mp4::join({mp4::init(), mp4::box("moof", {})})), boxErrorText(BoxError::Malformed));
    auto moof = mp4::fragment({{1, 0, 1, 3000}});
    const std::string trun = "trun";
    const auto at = std::search(moof.begin(), moof.end(), trun.begin(), trun.end());
    at[8] = 0x7f; // two thousand million samples
    EXPECT_EQ(error(mp4::join({mp4::init(), moof})), boxErrorText(BoxError::TooLarge));
    EXPECT_EQ(error(mp4::join({mp4::init(), mp4::fragment({{1, ~std::uint64_t{0}, 1, 3000}})})), boxErrorText(BoxError::Malformed));
}

TEST(FragmentIndex, MovesFragmentsInTime)
{
    for (const bool wide : {true, false}) {
        const auto made = mp4::fragment({{1, 180000, 1, 3000, true, wide}, {2, 96000, 1, 1024, true, wide}});
        auto bytes = made;
        const auto header = readBoxHeader(bytes, bytes.size());
        const auto payload = std::span(bytes).subspan(8, header->size - 8);
        const TrackShift shifts[] = {{1, -180000}, {2, 4}};
        ASSERT_TRUE(moveFragment(payload, 77, shifts).has_value());
        const TrackTiming tracks[] = {{1, 90000, true, 0, 0}, {2, 48000, false, 0, 0}};
        const auto runs = readFragment(payload, tracks);
        ASSERT_TRUE(runs.has_value());
        EXPECT_EQ((*runs)[0].begins, 0U);
        EXPECT_EQ((*runs)[1].begins, 96004U);
        EXPECT_EQ(bytes[8 + 8 + 4 + 3], 77);
        const TrackShift tooFar[] = {{1, -1}, {2, 0}};
        EXPECT_FALSE(moveFragment(payload, 1, tooFar).has_value());
        const TrackShift back[] = {{1, 180000}, {2, -4}};
        ASSERT_TRUE(moveFragment(payload, 1, back).has_value());
        EXPECT_EQ(bytes, made);
    }
}

TEST(FragmentIndex, WritesASegmentIndexThatFillsItsRoomExactly)
{
    const auto head = mp4::init();
    const std::size_t room = 128;
    auto file = mp4::join({head, segmentIndexBox({}, room), mp4::fragment({{1, 0, 30, 3000}}), mp4::fragment({{1, 90000, 30, 3000}})});
    FragmentIndex index;
    ASSERT_TRUE(extendIndex(index, readerOf(file), file.size()).has_value());
    EXPECT_EQ(index.initBytes, head.size());
    EXPECT_EQ(index.fragments[0].offset, head.size() + room);
    const auto box = segmentIndexBox(index, room);
    ASSERT_EQ(box.size(), room);
    std::copy(box.begin(), box.end(), file.begin() + static_cast<std::ptrdiff_t>(head.size()));
    FragmentIndex again;
    ASSERT_TRUE(extendIndex(again, readerOf(file), file.size()).has_value());
    EXPECT_EQ(again.fragments[1].offset, index.fragments[1].offset);
    // size, "sidx", version 1, track 1, timescale, earliest time, first offset: to the end of the room; two references
    const mp4::Bytes expected = mp4::join({mp4::number(64, 4),
                                           {'s', 'i', 'd', 'x'},
                                           mp4::number(0x01000000, 4),
                                           mp4::number(1, 4),
                                           mp4::number(90'000, 4),
                                           mp4::number(0, 8),
                                           mp4::number(room - 64, 8),
                                           mp4::number(2, 4),
                                           mp4::number(index.fragments[0].size, 4),
                                           mp4::number(90'000, 4),
                                           mp4::number(0x90000000, 4),
                                           mp4::number(index.fragments[1].size, 4),
                                           mp4::number(90'000, 4),
                                           mp4::number(0x90000000, 4),
                                           mp4::number(room - 64, 4),
                                           {'f', 'r', 'e', 'e'}});
    EXPECT_EQ(mp4::Bytes(box.begin(), box.begin() + static_cast<std::ptrdiff_t>(expected.size())), expected);
    EXPECT_EQ(segmentIndexBox(index, 68).size(), 68U); // room for one reference only: both fragments in it
}

TEST(VodPlaylist, PutsFragmentsTogetherAndMarksLosses)
{
    auto file = mp4::init();
    for (const std::uint64_t second : {0, 1, 2, 3, 7, 8}) // three seconds were lost
        file = mp4::join({file, mp4::fragment({{1, second * 90000, 30, 3000}})});
    FragmentIndex index;
    ASSERT_TRUE(extendIndex(index, readerOf(file), file.size()).has_value());
    const auto size = index.fragments[0].size;
    const auto at = [&](int i) { return std::to_string(index.fragments[i].offset); };
    const auto text = vodPlaylist(index, {.file = "x.mp4?token=a", .complete = true, .wanted = 2s});
    EXPECT_EQ(text, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n"
                    "#EXT-X-MAP:URI=\"x.mp4?token=a\",BYTERANGE=\"" +
                        std::to_string(index.initBytes) +
                        "@0\"\n"
                        "#EXTINF:2.00000,\n#EXT-X-BYTERANGE:" +
                        std::to_string(2 * size) + "@" + at(0) +
                        "\nx.mp4?token=a\n"
                        "#EXTINF:2.00000,\n#EXT-X-BYTERANGE:" +
                        std::to_string(2 * size) + "@" + at(2) +
                        "\nx.mp4?token=a\n"
                        "#EXT-X-DISCONTINUITY\n#EXTINF:2.00000,\n#EXT-X-BYTERANGE:" +
                        std::to_string(2 * size) + "@" + at(4) +
                        "\nx.mp4?token=a\n"
                        "#EXT-X-ENDLIST\n");
    EXPECT_EQ(vodPlaylist(index, {.file = "x", .complete = false}).find("#EXT-X-ENDLIST"), std::string::npos);
    EXPECT_EQ(vodPlaylist({}, {.file = "x"}), "");
}

} // namespace
} // namespace matinee::record
