#include "http/wire/chunked.h"

#include <gtest/gtest.h>

using namespace matinee::http::wire;

namespace {

struct Outcome
{
    bool failed = false;
    bool done = false;
    std::string body;
    std::size_t used = 0;
};

Outcome decode(std::string_view text, std::size_t limit = 1 << 20)
{
    ChunkedDecoder decoder;
    Outcome outcome;
    const auto used = decoder.feed({reinterpret_cast<const std::uint8_t *>(text.data()), text.size()}, outcome.body, limit);
    outcome.failed = !used;
    outcome.used = used ? *used : 0;
    outcome.done = decoder.done();
    return outcome;
}

} // namespace

TEST(Chunked, DecodesChunksExtensionsAndTrailers)
{
    EXPECT_TRUE(decode("0\r\n\r\n").done);
    const auto outcome = decode("A\r\n0123456789\r\n00001;a=\"b\"\r\nx\r\n0\r\nA: b\r\nC: d\r\n\r\nnext");
    EXPECT_TRUE(outcome.done);
    EXPECT_EQ(outcome.body, "0123456789x");
    EXPECT_EQ(outcome.used, std::string("A\r\n0123456789\r\n00001;a=\"b\"\r\nx\r\n0\r\nA: b\r\nC: d\r\n\r\n").size());
}

TEST(Chunked, RefusesEverythingThatTwoReadersMayReadInTwoWays)
{
    for (const char *bad :
         {"\r\n", "g\r\n", "-1\r\n", "+1\r\n", "0x1\r\n", " 1\r\n", "1 \r\nx\r\n", "1\nx\r\n", "1\rx", "1\r\nxx", "1\r\nx\n", "1\r\nx\rx",
          "0\n", "0\r\n\n", "0\r\n folded: x\r\n\r\n", "1;\x01\r\n", "1;a\nb\r\n", "0\r\nA: b\nC: d\r\n\r\n", "fffffffffffffffff\r\n"})
        EXPECT_TRUE(decode(bad).failed) << bad;
}

TEST(Chunked, TheSizeCannotOverflow)
{
    EXPECT_TRUE(decode("10000000000000000\r\nx").failed);
    EXPECT_TRUE(decode("fffffffffffffff\r\nx", 100).failed);
}

TEST(Chunked, ExtensionsAndTrailersAreBounded)
{
    std::string text;
    for (int i = 0; i < 100; ++i)
        text += "1;" + std::string(100, 'e') + "\r\nx\r\n";
    EXPECT_TRUE(decode(text).failed);
    EXPECT_TRUE(decode("0\r\n" + std::string(9000, 't')).failed);
}
