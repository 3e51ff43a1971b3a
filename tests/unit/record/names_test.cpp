#include "record/wire/name_pattern.h"
#include "record/wire/retention.h"

#include "common/settings/rules.h"

#include <gmock/gmock.h>

namespace matinee::record {
namespace {

using namespace std::chrono_literals;
using settings::rules::isRecordingPattern;

const std::chrono::sys_seconds kAt = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 14h + 5min + 9s;

TEST(RecordingNames, AreFilledInAndStayDifferent)
{
    const NameParts parts{"cinema", "abc", kAt, false};
    EXPECT_EQ(fileName("{stream}/{date}/{time}.mp4", parts), "cinema/2026-11-21/14-05-09.mp4");
    EXPECT_EQ(fileName("{stream}/{date}/{time}.mp4", parts, 2), "cinema/2026-11-21/14-05-09-2.mp4");
    EXPECT_EQ(fileName("all/{id}_{stream}.mp4", {"cinema", "abc", kAt, true}), "all/abc_cinema-clip.mp4");
}

TEST(RecordingNames, APatternCannotLeaveTheFolderOrHideFiles)
{
    for (const char *good : {"{stream}/{date}/{time}.mp4", "{stream}-{id}.mp4", "a/b.c/{stream}_{time}.mp4", "{stream}{time}.mp4"})
        EXPECT_TRUE(isRecordingPattern(good)) << good;
    for (const char *bad :
         {"", ".mp4", "{stream}.mp4", "{time}.mp4", "/{stream}/{time}.mp4", "../{stream}{time}.mp4", "{stream}/../{time}.mp4",
          "{stream}//{time}.mp4", "{stream}/.{time}.mp4", "{stream}/{time}.mkv", "{stream}/{time} x.mp4", "{stream}/{time}\\x.mp4",
          "{stream}/{clock}{time}.mp4", "{stream}/{time.mp4", "{stream}/{time}\n.mp4", "./{stream}{time}.mp4"})
        EXPECT_FALSE(isRecordingPattern(bad)) << bad;
    EXPECT_FALSE(isRecordingPattern(std::string(200, 'a') + "{stream}{time}.mp4"));
}

TEST(RecordingNames, APathFromTheDatabaseIsCheckedAgain)
{
    EXPECT_TRUE(isSafePath("cinema/2026-11-21/14-05-09.mp4"));
    EXPECT_TRUE(isSafePath("x.mp4"));
    for (const char *bad : {"", ".mp4", "/x.mp4", "a/../x.mp4", "a//x.mp4", "a/.x.mp4", "a/x.txt", "a/x y.mp4", "a\\x.mp4", "..mp4"})
        EXPECT_FALSE(isSafePath(bad)) << bad;
}

std::vector<std::string> ids(const std::vector<Expired> &gone)
{
    std::vector<std::string> all;
    for (const auto &one : gone)
        all.push_back(one.id + (one.why == Expiry::Age ? " age" : " size"));
    return all;
}

TEST(Retention, DeletesByAgeAndBySizeOldestFirst)
{
    using testing::ElementsAre;
    const std::chrono::system_clock::time_point now = kAt;
    const std::vector<Kept> all{{"a", now - std::chrono::days(9), 100}, {"b", now - std::chrono::days(5), 100}, {"c", now - 1h, 100}};
    EXPECT_THAT(ids(expired(all, 300, {}, now)), ElementsAre());
    EXPECT_THAT(ids(expired(all, 300, {std::chrono::days(7), 0}, now)), ElementsAre("a age"));
    EXPECT_THAT(ids(expired(all, 300, {{}, 300}, now)), ElementsAre());
    EXPECT_THAT(ids(expired(all, 300, {{}, 299}, now)), ElementsAre("a size"));
    EXPECT_THAT(ids(expired(all, 350, {std::chrono::days(7), 200}, now)), ElementsAre("a age", "b size"));
    EXPECT_THAT(ids(expired(all, 1000, {{}, 10}, now)), ElementsAre("a size", "b size", "c size")); // what is being written stays
}

} // namespace
} // namespace matinee::record
