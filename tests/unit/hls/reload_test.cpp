#include "hls/wire/reload.h"

#include <gmock/gmock.h>

namespace matinee::hls {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// Segments 10 to 12, of two parts each, and two parts of 13.
Playlist playlist()
{
    Playlist made({.target = 2s, .length = 6, .partTarget = 500ms});
    const auto add = [](Segment &segment, int parts) {
        for (int i = 0; i < parts; ++i)
            segment.parts.push_back({500ms, i == 0, std::make_shared<const std::string>("x")});
    };
    for (std::uint64_t number = 10; number < 13; ++number) {
        Segment segment;
        segment.number = number;
        segment.duration = 1s;
        add(segment, 2);
        made.push(std::move(segment));
    }
    Segment open;
    open.number = 13;
    add(open, 2);
    made.setOpen(std::make_shared<const Segment>(std::move(open)));
    return made;
}

Reach reach(std::string_view query)
{
    const auto reload = parseReload(query);
    EXPECT_TRUE(reload) << query;
    return reachOf(playlist(), *reload);
}

TEST(HlsReload, IsAnsweredAtOnceWhereThePlaylistHasIt)
{
    EXPECT_EQ(reach(""), Reach::Now);
    EXPECT_EQ(reach("_HLS_msn=12"), Reach::Now);
    EXPECT_EQ(reach("_HLS_msn=3&_HLS_part=7"), Reach::Now) << "long gone";
    EXPECT_EQ(reach("_HLS_msn=12&_HLS_part=1"), Reach::Now);
    EXPECT_EQ(reach("_HLS_msn=13&_HLS_part=1"), Reach::Now);
    EXPECT_EQ(reach("_HLS_msn=12&_HLS_part=2"), Reach::Now) << "beyond the last part: the first of the next segment, which is there";
}

TEST(HlsReload, WaitsForWhatComesNext)
{
    EXPECT_EQ(reach("_HLS_msn=13"), Reach::Wait) << "the whole segment";
    EXPECT_EQ(reach("_HLS_msn=13&_HLS_part=2"), Reach::Wait);
    EXPECT_EQ(reach("_HLS_msn=14"), Reach::Wait);
    EXPECT_EQ(reach("_HLS_msn=14&_HLS_part=0"), Reach::Wait);
}

TEST(HlsReload, RefusesWhatIsTooFarAhead)
{
    EXPECT_EQ(reach("_HLS_msn=15"), Reach::TooFar) << "more than two beyond the last";
    EXPECT_EQ(reach("_HLS_msn=13&_HLS_part=7"), Reach::Wait);
    EXPECT_EQ(reach("_HLS_msn=13&_HLS_part=8"), Reach::TooFar) << "six parts of half a second ahead";
    EXPECT_EQ(reach("_HLS_msn=12&_HLS_part=8"), Reach::TooFar);
}

TEST(HlsReload, WaitsForTheNextSegmentsFirstPartWhereThereIsNone)
{
    auto made = playlist();
    made.setOpen(nullptr);
    EXPECT_EQ(reachOf(made, *parseReload("_HLS_msn=12&_HLS_part=2")), Reach::Wait);
}

TEST(HlsReload, APlayerThatCannotKnowWhatADeltaLeavesOutGetsTheWholeList)
{
    Playlist made({.target = 1s, .length = 30, .partTarget = 200ms});
    for (std::uint64_t number = 100; number < 120; ++number) {
        Segment segment;
        segment.number = number;
        segment.duration = 1s;
        made.push(std::move(segment));
    }
    const auto left = 100 + made.skippable();
    ASSERT_GT(left, 100u);
    ASSERT_LT(left, 120u);
    const auto leaves = [&](std::uint64_t next) { return leavesOut(made, {.number = next, .delta = true}); };
    EXPECT_TRUE(leavesOut(made, {.delta = true})) << "it does not say what it knows";
    EXPECT_TRUE(leaves(120));
    EXPECT_TRUE(leaves(left));
    EXPECT_FALSE(leaves(left - 1)) << "the last one left out is what it waits for";
    EXPECT_FALSE(leaves(7)) << "from before a restart";
    EXPECT_FALSE(leavesOut(made, {.number = 120}));
}

TEST(HlsReload, IsReadStrictly)
{
    EXPECT_TRUE(parseReload("token=x&_HLS_msn=5&_HLS_part=0&_HLS_skip=YES")->delta);
    EXPECT_TRUE(parseReload("_HLS_skip=v2")->delta);
    EXPECT_FALSE(parseReload("_HLS_skip=no")->delta);
    for (const char *query :
         {"_HLS_msn=", "_HLS_msn=-1", "_HLS_msn=1x", "_HLS_msn=99999999999999999999", "_HLS_msn=1&_HLS_part=a", "_HLS_part=1"}) {
        const auto reload = parseReload(query);
        ASSERT_FALSE(reload) << query;
        EXPECT_EQ(reload.error().code, ErrorCode::InvalidArgument);
        EXPECT_THAT(reload.error().message, HasSubstr("_HLS_"));
    }
}

TEST(HlsCredentials, AreHandedOnAsTheyWereSentAndNothingElseIs)
{
    EXPECT_EQ(credentialsOf("_HLS_msn=3&token=a.b-c&x=1"), "token=a.b-c");
    EXPECT_EQ(credentialsOf("key=k&token=t"), "key=k&token=t");
    EXPECT_EQ(credentialsOf("token=a%22b"), "token=a%22b");
    EXPECT_EQ(credentialsOf("token=a\"b"), "");
    EXPECT_EQ(credentialsOf("token=a\nb"), "");
    EXPECT_EQ(credentialsOf("token="), "");
    EXPECT_EQ(credentialsOf(""), "");
}

} // namespace
} // namespace matinee::hls
