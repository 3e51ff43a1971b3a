#include "http/wire/negotiation.h"

#include <gtest/gtest.h>

using namespace matinee::http::wire;

TEST(AcceptEncoding, KnowsWhoTakesGzip)
{
    for (const char *yes : {"gzip", "GZIP", "deflate, gzip;q=1.0, *;q=0.5", "gzip, br", "*", "br;q=1, gzip;q=0.001", "x-gzip"})
        EXPECT_TRUE(acceptsGzip(yes)) << yes;
    for (const char *no : {"", "br", "gzip;q=0", "gzip; q=0.000", "*;q=0", "gzip;q=0, *", "identity", "gzipped"})
        EXPECT_FALSE(acceptsGzip(no)) << no;
}

TEST(EntityTag, ComparesWeakly)
{
    EXPECT_TRUE(etagListMatches("\"a\"", "\"a\""));
    EXPECT_TRUE(etagListMatches("\"x\", W/\"a\"", "\"a\""));
    EXPECT_TRUE(etagListMatches("*", "\"a\""));
    EXPECT_FALSE(etagListMatches("\"b\", a", "\"a\""));
    EXPECT_FALSE(etagListMatches("", "\"a\""));
}

TEST(Range, ReadsTheThreeForms)
{
    const auto first = parseRange("bytes=0-99", 1000);
    EXPECT_EQ(first.kind, ByteRange::Kind::Part);
    EXPECT_EQ(first.first, 0U);
    EXPECT_EQ(first.last, 99U);
    const auto rest = parseRange("bytes=990-", 1000);
    EXPECT_EQ(rest.first, 990U);
    EXPECT_EQ(rest.last, 999U);
    const auto tail = parseRange("Bytes=-10", 1000);
    EXPECT_EQ(tail.first, 990U);
    EXPECT_EQ(tail.last, 999U);
    EXPECT_EQ(parseRange("bytes=0-99999", 1000).last, 999U);
    EXPECT_EQ(parseRange("bytes=-99999", 1000).first, 0U);
}

TEST(Range, OutsideIsUnsatisfiableAndNonsenseIsIgnored)
{
    for (const char *outside : {"bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=18446744073709551615-"})
        EXPECT_EQ(parseRange(outside, 1000).kind, ByteRange::Kind::Unsatisfiable) << outside;
    EXPECT_EQ(parseRange("bytes=0-", 0).kind, ByteRange::Kind::Unsatisfiable);
    EXPECT_EQ(parseRange("bytes=-5", 0).kind, ByteRange::Kind::Unsatisfiable);
    for (const char *nonsense : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=0-1,3-4", "lines=0-1",
                                 "bytes=18446744073709551616-", "bytes=0x1-", "bytes=--1", "bytes=1--2"})
        EXPECT_EQ(parseRange(nonsense, 1000).kind, ByteRange::Kind::Whole) << nonsense;
}
