#include "pictures/wire/thumbnail_track.h"

#include <gtest/gtest.h>

namespace matinee::pictures {
namespace {

using namespace std::chrono_literals;

TEST(ThumbnailTrack, TellsTimesPlacesAndWhereTheStreamIs)
{
    const std::vector<Thumbnail> two = {{0s, 5s, 0, {160, 90}, "show/1-0-7.jpg"}, {5s, 10500ms, 6, {160, 90}, "show/1-0-7.jpg"}};
    EXPECT_EQ(thumbnailTrack(two, 12345ms), "WEBVTT\n"
                                            "\nNOTE newest 12.345\n"
                                            "\n00:00:00.000 --> 00:00:05.000\nshow/1-0-7.jpg#xywh=0,0,160,90\n"
                                            "\n00:00:05.000 --> 00:00:10.500\nshow/1-0-7.jpg#xywh=160,90,160,90\n");
}

TEST(ThumbnailTrack, OfNothingIsAnEmptyTrack)
{
    EXPECT_EQ(thumbnailTrack({}, std::nullopt), "WEBVTT\n");
}

TEST(ThumbnailTrack, WritesTimesThatPlayersRead)
{
    EXPECT_EQ(cueTime(0s), "00:00:00.000");
    EXPECT_EQ(cueTime(3661s + 7ms), "01:01:01.007");
    EXPECT_EQ(cueTime(std::chrono::hours(123)), "123:00:00.000");
    EXPECT_EQ(cueTime(-5s), "00:00:00.000");
}

} // namespace
} // namespace matinee::pictures
