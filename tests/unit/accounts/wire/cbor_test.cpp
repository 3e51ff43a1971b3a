#include "accounts/wire/cbor.h"

#include "authenticator.h"
#include "tests/support/hex.h"

#include <gmock/gmock.h>

namespace matinee::accounts {
namespace {

using test::hex;

std::string verdict(const Bytes &bytes, CborOrder order = CborOrder::Ctap2)
{
    const auto read = readCbor(bytes, order);
    if (read)
        return read->used == bytes.size() ? "good" : "good, and more";
    switch (read.error()) {
    case CborFault::Truncated:
        return "truncated";
    case CborFault::Form:
        return "form";
    case CborFault::Depth:
        return "depth";
    case CborFault::Count:
        return "count";
    case CborFault::Key:
        return "key";
    case CborFault::Order:
        return "order";
    case CborFault::Duplicate:
        return "duplicate";
    }
    return "?";
}

TEST(Cbor, TheNumbersOfRfc8949AreRead)
{
    const std::pair<const char *, std::int64_t> rows[] = {{"00", 0},
                                                          {"01", 1},
                                                          {"0a", 10},
                                                          {"17", 23},
                                                          {"1818", 24},
                                                          {"1819", 25},
                                                          {"1864", 100},
                                                          {"1903e8", 1000},
                                                          {"1a000f4240", 1000000},
                                                          {"1b000000e8d4a51000", 1000000000000},
                                                          {"20", -1},
                                                          {"29", -10},
                                                          {"3863", -100},
                                                          {"3903e7", -1000},
                                                          {"3b7fffffffffffffff", INT64_MIN}};
    for (const auto &[text, value] : rows) {
        const Bytes bytes = hex(text);
        const auto read = readCbor(bytes, CborOrder::Ctap2);
        ASSERT_TRUE(read) << text;
        EXPECT_EQ(read->value.integer(), value) << text;
        EXPECT_EQ(cbor::number(value), bytes) << text;
    }
    for (const char *text : {"1bffffffffffffffff", "3bffffffffffffffff"}) {
        const Bytes bytes = hex(text);
        EXPECT_EQ(verdict(bytes), "good");
        EXPECT_FALSE(readCbor(bytes, CborOrder::Ctap2)->value.integer()) << "beyond 63 bits";
    }
}

TEST(Cbor, TextsBytesArraysMapsAndSimpleValuesAreRead)
{
    using Kind = CborValue::Kind;
    const Bytes bytes = hex("a6016161 02430102 03 0383f4f5f6 0480 05a0 6162fb3ff199999999999a"); // 2's bytes are 01 02 03
    const auto read = readCbor(bytes, CborOrder::Ctap2);
    ASSERT_TRUE(read);
    const CborValue &map = read->value;
    EXPECT_EQ(map.members(), 6U);
    EXPECT_TRUE(map.member(1)->isText("a"));
    EXPECT_EQ(copyOf(map.member(2, Kind::Bytes)->bytes), (Bytes{1, 2, 3}));
    EXPECT_EQ(map.member(2, Kind::Text), nullptr);
    const CborValue *list = map.member(3, Kind::Array);
    ASSERT_TRUE(list);
    ASSERT_EQ(list->items.size(), 3U);
    EXPECT_EQ(list->items[0].number, 0U);
    EXPECT_EQ(list->items[1].number, 1U);
    EXPECT_EQ(list->items[2].kind, Kind::Null);
    EXPECT_TRUE(map.member(4, Kind::Array));
    EXPECT_TRUE(map.member(5, Kind::Map));
    EXPECT_TRUE(map.member("b", Kind::Float));
    EXPECT_EQ(map.member("c"), nullptr);
    EXPECT_EQ(map.member(9), nullptr);
    EXPECT_EQ(list->member(1), nullptr) << "an array has no members";
}

TEST(Cbor, WhatIsLongerThanItMustBeIsRefused)
{
    for (const char *text :
         {"1817", "190018", "1900ff", "1a0000ffff", "1b00000000ffffffff", "3800", "5801aa", "790001 61", "9801 00", "b80100 00"})
        EXPECT_EQ(verdict(hex(text)), "form") << text;
}

TEST(Cbor, IndefiniteLengthsTagsAndOtherSimpleValuesAreRefused)
{
    for (const char *text : {"5f42010243030405ff",
                             "7f657374726561ff",
                             "9fff",
                             "9f01ff",
                             "bfff",
                             "ff",
                             "c074",
                             "c11a514b67b0",
                             "d81800",
                             "1c",
                             "1d",
                             "1e",
                             "1f",
                             "3c",
                             "5c",
                             "f7",
                             "f0",
                             "e0",
                             "f3",
                             "f800",
                             "f818",
                             "f8ff",
                             "fc",
                             "fd",
                             "fe"})
        EXPECT_EQ(verdict(hex(text)), "form") << text;
}

TEST(Cbor, KeysAreInTheOrderOfCtap2)
{
    EXPECT_EQ(verdict(hex("a2 0100 0200")), "good");
    EXPECT_EQ(verdict(hex("a2 0200 0100")), "order");
    EXPECT_EQ(verdict(hex("a2 0200 0100"), CborOrder::Any), "good");
    EXPECT_EQ(verdict(hex("a2 1818 00 2000")), "good") << "numbers from zero before those below";
    EXPECT_EQ(verdict(hex("a2 2000 1818 00")), "order");
    EXPECT_EQ(verdict(hex("a2 616200 62616100")), "good") << "the shorter first";
    EXPECT_EQ(verdict(hex("a2 62616100 616200")), "order");
    EXPECT_EQ(verdict(hex("a2 616100 616200")), "good");
    EXPECT_EQ(verdict(hex("a2 616200 616100")), "order");
}

TEST(Cbor, AKeyIsThereOnceAndIsANumberOrAText)
{
    for (const CborOrder order : {CborOrder::Ctap2, CborOrder::Any}) {
        EXPECT_EQ(verdict(hex("a2 0100 0101"), order), "duplicate");
        EXPECT_EQ(verdict(hex("a3 616100 616200 616101"), order), "duplicate");
        for (const char *text : {"a1 4100 00", "a1 80 00", "a1 a0 00", "a1 f5 00", "a1 f6 00"})
            EXPECT_EQ(verdict(hex(text), order), "key") << text;
    }
}

TEST(Cbor, DepthAndNumberOfValuesAreLimited)
{
    Bytes deep(kCborDepth, 0x81);
    deep.back() = 0x80;
    EXPECT_EQ(verdict(deep), "good");
    deep.insert(deep.begin(), 0x81);
    EXPECT_EQ(verdict(deep), "depth");
    Bytes maps;
    for (unsigned i = 0; i <= kCborDepth; ++i)
        maps = joined({hex("a101"), maps.empty() ? Bytes{0} : maps});
    EXPECT_EQ(verdict(maps), "depth");
    EXPECT_EQ(verdict(joined({hex("9901ff"), Bytes(511, 0)})), "good");
    EXPECT_EQ(verdict(joined({hex("990200"), Bytes(512, 0)})), "count");
    EXPECT_EQ(verdict(hex("9bffffffffffffffff")), "truncated");
    EXPECT_EQ(verdict(hex("bbffffffffffffffff")), "truncated");
    EXPECT_EQ(verdict(hex("5bffffffffffffffff00")), "truncated");
}

TEST(Cbor, AValueCutAtEachByteIsTruncatedAndWhatFollowsIsLeft)
{
    const Bytes whole = hex("a6016161 0243010203 0383f4f5f6 0480 05a0 6162fb3ff199999999999a");
    ASSERT_EQ(verdict(whole), "good");
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_EQ(verdict(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))), "truncated") << size;
    EXPECT_EQ(verdict(joined({whole, {0}})), "good, and more");
}

} // namespace
} // namespace matinee::accounts
