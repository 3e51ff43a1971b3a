#include "hls/wire/multivariant.h"

#include <gtest/gtest.h>

namespace matinee::hls {
namespace {

TEST(HlsMultivariant, SaysWhatIsKnownAndNothingElse)
{
    const Variant variants[] = {
        {"show/main.m3u8", "avc1.64001f,mp4a.40.2", 1280, 720, 29.97, 2'500'000, 2'100'000},
        {"show/audio.m3u8", "mp4a.40.2", 0, 0, 0, 130'000, 0},
    };
    EXPECT_EQ(multivariantText(variants, "token=t"), "#EXTM3U\n"
                                                     "#EXT-X-VERSION:6\n"
                                                     "#EXT-X-STREAM-INF:BANDWIDTH=2500000,AVERAGE-BANDWIDTH=2100000,CODECS=\"avc1.64001f,"
                                                     "mp4a.40.2\",RESOLUTION=1280x720,FRAME-RATE=29.970\n"
                                                     "show/main.m3u8?token=t\n"
                                                     "#EXT-X-STREAM-INF:BANDWIDTH=130000,CODECS=\"mp4a.40.2\"\n"
                                                     "show/audio.m3u8?token=t\n");
}

TEST(HlsMultivariant, AlwaysHasABandwidth)
{
    const Variant variants[] = {{"show/main.m3u8", "", 0, 0, 0, 0, 0}};
    EXPECT_EQ(multivariantText(variants, ""), "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-STREAM-INF:BANDWIDTH=1\nshow/main.m3u8\n");
}

} // namespace
} // namespace matinee::hls
