#include "store/recordings.h"
#include "store/streams.h"
#include "tests/support/database_test.h"

#include <gmock/gmock.h>

namespace matinee::store {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

const auto kNow = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'790'000'000'123));

class RecordingsTest : public test::OnEachEngine
{
protected:
    template <class T, class... Parameters, class... Arguments>
    auto write(Result<T> (*function)(Transaction &, Parameters...), const Arguments &...arguments)
    {
        return m_store->writeNow<T>([&](Transaction &tx) { return function(tx, arguments...); });
    }
    void SetUp() override
    {
        OnEachEngine::SetUp();
        m_store = openStore();
        ASSERT_RESULT(write(insertStream, StreamRow{"film", "aa", false, kNow}));
    }
    static RecordingRow row(const std::string &id, std::chrono::system_clock::time_point at, const std::string &state = "ready")
    {
        return {id, "film", id + ".mp4", "recording", state, at, 2s, 5'000'000'000, "avc1.64001f,mp4a.40.2", 1920, 1080, "", false};
    }
    static std::vector<std::string> ids(const Result<std::vector<RecordingRow>> &rows)
    {
        EXPECT_RESULT(rows);
        std::vector<std::string> all;
        for (const auto &one : *rows)
            all.push_back(one.id);
        return all;
    }
    std::unique_ptr<Store> m_store;
};

TEST_P(RecordingsTest, ARecordingComesBackAsItWasWritten)
{
    auto made = row("a", kNow + 1s, "writing");
    ASSERT_RESULT(write(insertRecording, made));
    made.state = "ready";
    made.startedAt = kNow + 2s;
    made.duration = 61'500ms;
    made.bytes = 6'000'000'000;
    made.note = "It \"ended\".";
    EXPECT_TRUE(*write(updateRecording, made));
    const auto found = write(findRecording, std::string("a"));
    ASSERT_RESULT(found);
    ASSERT_TRUE(*found);
    EXPECT_EQ((*found)->path, "a.mp4");
    EXPECT_EQ((*found)->startedAt, kNow + 2s);
    EXPECT_EQ((*found)->duration, 61'500ms);
    EXPECT_EQ((*found)->bytes, 6'000'000'000);
    EXPECT_EQ((*found)->codecs, "avc1.64001f,mp4a.40.2");
    EXPECT_EQ((*found)->height, 1080U);
    EXPECT_EQ((*found)->note, "It \"ended\".");
    EXPECT_TRUE(*write(deleteRecording, std::string("a")));
    EXPECT_FALSE(*write(deleteRecording, std::string("a")));
    EXPECT_FALSE(*write(updateRecording, made));
}

TEST_P(RecordingsTest, PathsAreUnique)
{
    ASSERT_RESULT(write(insertRecording, row("a", kNow)));
    EXPECT_TRUE(*write(recordingPathTaken, std::string("a.mp4")));
    EXPECT_FALSE(*write(recordingPathTaken, std::string("b.mp4")));
    auto other = row("b", kNow);
    other.path = "a.mp4";
    EXPECT_EQ(write(insertRecording, other).error().code, ErrorCode::AlreadyExists);
}

TEST_P(RecordingsTest, AreListedNewestFirstInPages)
{
    for (const auto &[id, at] : std::vector<std::pair<std::string, int>>{{"a", 1}, {"b", 2}, {"c", 2}, {"d", 3}})
        ASSERT_RESULT(write(insertRecording, row(id, kNow + std::chrono::seconds(at))));
    auto other = row("e", kNow + 9s);
    other.stream = "another";
    ASSERT_RESULT(write(insertRecording, other));
    EXPECT_THAT(ids(write(listRecordings, RecordingPage{})), ElementsAre("e", "d", "c", "b", "a"));
    EXPECT_THAT(ids(write(listRecordings, RecordingPage{"film", {}, "", 2})), ElementsAre("d", "c"));
    EXPECT_THAT(ids(write(listRecordings, RecordingPage{"film", kNow + 2s, "c", 2})), ElementsAre("b", "a"));
    EXPECT_THAT(ids(write(listOldestRecordings, 3)), ElementsAre("a", "b", "c"));
    const auto totals = write(recordingTotals);
    ASSERT_RESULT(totals);
    EXPECT_EQ(totals->count, 5);
    EXPECT_EQ(totals->bytes, 25'000'000'000);
}

TEST_P(RecordingsTest, ThoseThatMayHoldATimeAreFound)
{
    ASSERT_RESULT(write(insertRecording, row("early", kNow)));
    ASSERT_RESULT(write(insertRecording, row("within", kNow + 10s)));
    ASSERT_RESULT(write(insertRecording, row("growing", kNow + 1s, "writing")));
    auto clip = row("clip", kNow + 10s);
    clip.kind = "clip";
    ASSERT_RESULT(write(insertRecording, clip));
    EXPECT_THAT(ids(write(listRecordingsBetween, std::string("film"), kNow + 5s, kNow + 11s)), ElementsAre("growing", "within"));
    EXPECT_THAT(ids(write(listRecordingsBetween, std::string("film"), kNow + 1s, kNow + 10s)), ElementsAre("early", "growing"));
    EXPECT_THAT(ids(write(listUnfinishedRecordings)), ElementsAre("growing"));
    EXPECT_THAT(ids(write(listOldestRecordings, 10)), ElementsAre("early", "clip", "within"));
}

TEST_P(RecordingsTest, KnowWhetherTheStreamOfThatNameIsStillTheirs)
{
    ASSERT_RESULT(write(insertRecording, row("a", kNow + 1s)));
    EXPECT_TRUE((*write(findRecording, std::string("a")))->ofStream);
    ASSERT_RESULT(write(deleteStream, std::string("film")));
    EXPECT_FALSE((*write(findRecording, std::string("a")))->ofStream);
    ASSERT_RESULT(write(insertStream, StreamRow{"film", "bb", false, kNow + 1h}));
    EXPECT_FALSE((*write(findRecording, std::string("a")))->ofStream);
}

TEST_P(RecordingsTest, AWishIsKeptUntilItsStreamIsDeleted)
{
    EXPECT_EQ(*write(recordingWish, std::string("film")), std::nullopt);
    ASSERT_RESULT(write(setRecordingWish, std::string("film"), true));
    EXPECT_EQ(*write(recordingWish, std::string("film")), true);
    ASSERT_RESULT(write(setRecordingWish, std::string("film"), false));
    EXPECT_EQ(*write(recordingWish, std::string("film")), false);
    ASSERT_RESULT(write(deleteStream, std::string("film")));
    EXPECT_EQ(*write(recordingWish, std::string("film")), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Engines, RecordingsTest, testing::Values(Engine::Sqlite, Engine::Postgres), test::engineName);

} // namespace
} // namespace matinee::store
