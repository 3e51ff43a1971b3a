#include "live/stream_figures.h"

#include <gmock/gmock.h>

namespace matinee::live {
namespace {

using testing::HasSubstr;
using testing::Not;

StreamState stream(const std::string &name, std::uint32_t kbps, std::uint32_t viewers)
{
    StreamState state{name, {}};
    state.statistics.bitrateKbps = kbps;
    state.statistics.keyFrameIntervalSeconds = kbps / 1000.0;
    state.statistics.viewers["flv"] = viewers;
    return state;
}

TEST(StreamFigures, NameStreamsUpToTheLimitAndSumTheRest)
{
    const auto text = streamFigures(
        {stream("a", 1000, 1), stream("a@720p", 500, 7), stream("b", 2000, 2), stream("c", 3000, 3), stream("d", 1000, 4)}, 2);
    EXPECT_THAT(text, HasSubstr("matinee_stream_ingest_bytes_per_second{stream=\"a\"} 125000\n"));
    EXPECT_THAT(text, HasSubstr("matinee_stream_ingest_bytes_per_second{stream=\"b\"} 250000\n"));
    EXPECT_THAT(text, HasSubstr("matinee_stream_ingest_bytes_per_second{stream=\"other\"} 500000\n"));
    EXPECT_THAT(text, HasSubstr("matinee_stream_key_frame_interval_seconds{stream=\"other\"} 3\n")) << "the greatest";
    EXPECT_THAT(text, HasSubstr("matinee_stream_viewers{stream=\"other\",protocol=\"flv\"} 7\n"));
    EXPECT_THAT(text, Not(HasSubstr("stream=\"c\"")));
    EXPECT_THAT(text, Not(HasSubstr("@")));
}

TEST(StreamFigures, SayNothingWhereNothingIsLive)
{
    EXPECT_EQ(streamFigures({}, 10), "");
}

TEST(StreamFigures, CanBeOfAllStreamsTogetherOnly)
{
    const auto text = streamFigures({stream("a", 1000, 1)}, 0);
    EXPECT_THAT(text, HasSubstr("matinee_stream_viewers{stream=\"other\",protocol=\"flv\"} 1\n"));
    EXPECT_THAT(text, Not(HasSubstr("stream=\"a\"")));
}

} // namespace
} // namespace matinee::live
