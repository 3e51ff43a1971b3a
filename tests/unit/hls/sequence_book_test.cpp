#include "hls/sequence_book.h"

#include "tests/unit/mux/sample_stream.h"

#include <gtest/gtest.h>

namespace matinee::hls {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNoon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h;

TEST(HlsSequenceBook, StartsByTheClock)
{
    EXPECT_GE(SequenceBook::startAt(kNoon + 1s).media, SequenceBook::startAt(kNoon).media + 2);
    EXPECT_LT(SequenceBook::startAt(kNoon + std::chrono::years(30)).discontinuity, 500'000u)
        << "hls.js takes seconds over an array of millions";
    EXPECT_LT(SequenceBook::startAt(kNoon + std::chrono::years(30)).media, std::uint64_t{1} << 31) << "some players count in 32 bits";
    EXPECT_EQ(SequenceBook::startAt(WallTime{}).media, 0u) << "a clock that was never set";
}

TEST(HlsSequenceBook, NeverGivesLessThanWasNoted)
{
    SequenceBook book({});
    const auto start = book.next("show", kNoon);
    EXPECT_FALSE(book.note("show", {start.media + 5000, start.discontinuity + 7})) << "there is no file";
    EXPECT_EQ(book.next("show", kNoon).media, start.media + 5000);
    EXPECT_EQ(book.next("show", kNoon).discontinuity, start.discontinuity + 7);
    EXPECT_FALSE(book.note("show", {1, 1}));
    EXPECT_EQ(book.next("show", kNoon).media, start.media + 5000);
    EXPECT_EQ(book.next("other", kNoon).media, start.media);
}

TEST(HlsSequenceBook, KeepsDiscontinuitiesAcrossARestartAndWritesSeldom)
{
    const sample::Folder folder;
    const std::filesystem::path file = folder.write("sequences", "");
    std::uint64_t reached = 0;
    int writes = 0;
    {
        SequenceBook book(file);
        auto numbers = book.next("my show", kNoon);
        for (int i = 0; i < 100; ++i) {
            ++numbers.discontinuity;
            if (book.note("my show", numbers)) {
                ++writes;
                ASSERT_TRUE(SequenceBook::write(book.file(), book.text()));
            }
        }
        reached = numbers.discontinuity;
    }
    EXPECT_LE(writes, 10);
    SequenceBook book(file);
    EXPECT_GE(book.next("my show", kNoon).discontinuity, reached) << "in the same hour";
    EXPECT_LE(book.next("my show", kNoon).discontinuity, reached + 16);
}

TEST(HlsSequenceBook, RemembersAcrossARestartWhenALastSegmentEnded)
{
    const sample::Folder folder;
    const std::filesystem::path file = folder.write("sequences", "");
    {
        SequenceBook book(file);
        int writes = 0;
        for (int second = 2; second <= 60; second += 2) {
            if (book.note("show", {100, 1}, kNoon + std::chrono::seconds(second))) {
                ++writes;
                ASSERT_TRUE(SequenceBook::write(book.file(), book.text()));
            }
        }
        EXPECT_LE(writes, 8) << "not for each segment";
        EXPECT_EQ(book.endedBefore("show"), std::nullopt) << "of the process before";
    }
    SequenceBook book(file);
    ASSERT_TRUE(book.endedBefore("show"));
    EXPECT_GE(*book.endedBefore("show"), kNoon + 50s);
    EXPECT_LE(*book.endedBefore("show"), kNoon + 61s);
    EXPECT_EQ(book.endedBefore("other"), std::nullopt);
    (void)book.note("show", {200, 2}, kNoon + 70s);
    EXPECT_EQ(book.endedBefore("show"), std::nullopt) << "this process has begun its own list";
}

TEST(HlsSequenceBook, LeavesOutDamagedLines)
{
    const sample::Folder folder;
    SequenceBook book(folder.write("sequences", "show 999999\n\x01\x02garbage\nname\nhuge 99999999999999999999\nlast 888888\n"));
    EXPECT_EQ(book.next("show", kNoon).discontinuity, 999999u);
    EXPECT_EQ(book.next("last", kNoon).discontinuity, 888888u);
    EXPECT_EQ(book.next("huge", kNoon).discontinuity, SequenceBook::startAt(kNoon).discontinuity);
}

TEST(HlsSequenceBook, IsBounded)
{
    SequenceBook book({});
    for (int i = 0; i < 10000; ++i)
        (void)book.note("stream" + std::to_string(i), {std::uint64_t{1} << 40, 1});
    EXPECT_EQ(book.next("stream9999", kNoon).media, std::uint64_t{1} << 40);
    EXPECT_EQ(book.next("stream0", kNoon).media, SequenceBook::startAt(kNoon).media);
}

} // namespace
} // namespace matinee::hls
