#include "rtmp/wire/amf0.h"

#include "tests/support/hex.h"

#include <gtest/gtest.h>

namespace matinee::rtmp::amf0 {

using test::hex;

namespace {

Result<Value, ReadError> readOne(std::string_view text, Limits limits = {})
{
    const auto bytes = hex(text);
    return Reader(bytes, limits).read();
}

} // namespace

TEST(Amf0, ReadsScalars)
{
    EXPECT_EQ(readOne("00 3ff0000000000000")->number(), 1.0);
    EXPECT_EQ(std::get<bool>(*readOne("01 01")), true);
    EXPECT_EQ(readOne("02 0004 706c6179")->text(), "play");
    EXPECT_EQ(readOne("0c 00000004 706c6179")->text(), "play");
    EXPECT_TRUE(std::holds_alternative<Null>(*readOne("05")));
    EXPECT_TRUE(std::holds_alternative<Undefined>(*readOne("06")));
    EXPECT_TRUE(std::holds_alternative<Undefined>(*readOne("0d")));
    EXPECT_EQ(std::get<Date>(*readOne("0b 4070000000000000 0000")).milliseconds, 256.0);
    EXPECT_FALSE(readOne("05")->text());
    EXPECT_FALSE(readOne("05")->number());
    EXPECT_EQ(readOne("05")->find("x"), nullptr);
}

TEST(Amf0, ReadsObjectsArraysAndTypedObjects)
{
    const auto object = readOne("03 0003 617070 02 0004 6c697665 0001 6e 00 4000000000000000 0000 09");
    ASSERT_TRUE(object);
    EXPECT_EQ(object->find("app")->text(), "live");
    EXPECT_EQ(object->find("n")->number(), 2.0);
    EXPECT_EQ(object->find("none"), nullptr);
    // The count of an ECMA array is often wrong: 0 here.
    const auto map = readOne("08 00000000 0001 61 05 0000 09");
    ASSERT_TRUE(map);
    EXPECT_NE(map->find("a"), nullptr);
    const auto typed = readOne("10 0001 54 0001 61 05 0000 09");
    ASSERT_TRUE(typed);
    EXPECT_NE(typed->find("a"), nullptr);
    const auto list = readOne("0a 00000002 05 01 00");
    ASSERT_TRUE(list);
    EXPECT_EQ(std::get<Array>(*list)->size(), 2U);
}

TEST(Amf0, FollowsReferencesToFinishedObjectsOnly)
{
    // [ {a: null}, reference 1 ]: the array is 0, the object in it 1
    const auto list = readOne("0a 00000002 03 0001 61 05 0000 09 07 0001");
    ASSERT_TRUE(list);
    EXPECT_NE((*std::get<Array>(*list))[1].find("a"), nullptr);
    EXPECT_EQ(readOne("0a 00000001 07 0000").error(), ReadError::BadReference); // to itself
    EXPECT_EQ(readOne("07 0000").error(), ReadError::BadReference);
}

TEST(Amf0, DoesNotGrowByReferencesToReferences)
{
    // Each array holds two references to the one before: as copies this would be 2^60 values.
    media::Bytes bytes = hex("0a 00000001 05");
    for (unsigned i = 0; i < 60; ++i) {
        const auto next = hex("0a 00000002 07 0000 07 0000");
        bytes.insert(bytes.end(), next.begin(), next.end());
        bytes[bytes.size() - 1] = bytes[bytes.size() - 4] = static_cast<std::uint8_t>(i);
    }
    Reader reader(bytes);
    while (!reader.atEnd())
        EXPECT_TRUE(reader.read());
}

TEST(Amf0, RefusesMarkersThatNobodyMaySend)
{
    for (const char *marker : {"04", "0e", "12", "ff"})
        EXPECT_EQ(readOne(marker).error(), ReadError::UnknownMarker) << marker;
    EXPECT_EQ(readOne("09").error(), ReadError::BadObjectEnd);
    EXPECT_EQ(readOne("03 0000 05").error(), ReadError::BadObjectEnd);
}

TEST(Amf0, HoldsItsLimits)
{
    std::string deep;
    for (int i = 0; i < 20; ++i)
        deep += "03 0001 61 ";
    EXPECT_EQ(readOne(deep).error(), ReadError::TooDeep);
    std::string lists;
    for (int i = 0; i < 20; ++i)
        lists += "0a 00000001 ";
    EXPECT_EQ(readOne(lists).error(), ReadError::TooDeep);
    EXPECT_EQ(readOne("0a ffffffff").error(), ReadError::TooMany);
    EXPECT_EQ(readOne("0c ffffffff").error(), ReadError::StringTooLong);
    Limits few;
    few.values = 2;
    EXPECT_EQ(readOne("03 0001 61 05 0001 62 05 0000 09", few).error(), ReadError::TooMany);
}

TEST(Amf0, RefusesAValueCutAnywhere)
{
    const auto whole = hex("03 0003 617070 02 0004 6c697665 0001 6e 0a 00000002 00 4000000000000000 01 01 0001 64 0b 4070000000000000 0000"
                           "0001 65 08 00000000 0001 61 0c 00000001 62 0000 09 0000 09");
    EXPECT_TRUE(Reader(whole).read());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto read = Reader(std::span(whole).first(size)).read();
        ASSERT_FALSE(read) << size;
        EXPECT_EQ(read.error(), ReadError::Truncated) << size;
    }
}

TEST(Amf0, WritesGoldenBytes)
{
    media::Bytes out;
    Writer(out).string("_result").number(1).null().object().property("code", "x").flag("b", true).property("n", 2.0).end().undefined();
    EXPECT_EQ(out, hex("02 0007 5f726573756c74 00 3ff0000000000000 05 03 0004 636f6465 02 0001 78 0001 62 01 01"
                       "0001 6e 00 4000000000000000 0000 09 06"));
}

TEST(Amf0, ReadsBackWhatItWrites)
{
    const std::string longText(70000, 'x');
    media::Bytes first;
    Writer(first).string("@setDataFrame").ecmaArray(1).property("a", 1.5).end().boolean(false).null().string(longText);
    Limits limits;
    limits.stringBytes = 100000;
    media::Bytes second;
    Reader reader(first, limits);
    std::vector<Value> values;
    while (!reader.atEnd()) {
        auto value = reader.read();
        ASSERT_TRUE(value);
        Writer(second).value(*value);
        values.push_back(std::move(*value));
    }
    ASSERT_EQ(values.size(), 5U);
    EXPECT_EQ(values[4].text(), longText);
    Reader again(second, limits);
    for (const Value &value : values) {
        const auto read = again.read();
        ASSERT_TRUE(read);
        EXPECT_EQ(read->index(), value.index());
    }
    EXPECT_TRUE(again.atEnd());
}

} // namespace matinee::rtmp::amf0
