#include "rtmp/wire/amf3.h"

#include "tests/support/hex.h"

#include <gtest/gtest.h>

namespace matinee::rtmp::amf3 {

using test::hex;

namespace {

Result<Value, ReadError> readOne(std::string_view text, Limits limits = {})
{
    const auto bytes = hex(text);
    std::span<const std::uint8_t> view(bytes);
    auto value = Reader(limits).read(view);
    EXPECT_TRUE(!value || view.empty()) << text;
    return value;
}

} // namespace

TEST(Amf3, ReadsScalars)
{
    EXPECT_TRUE(std::holds_alternative<amf0::Undefined>(*readOne("00")));
    EXPECT_TRUE(std::holds_alternative<amf0::Null>(*readOne("01")));
    EXPECT_FALSE(std::get<bool>(*readOne("02")));
    EXPECT_TRUE(std::get<bool>(*readOne("03")));
    EXPECT_EQ(readOne("05 3ff8000000000000")->number(), 1.5);
    EXPECT_EQ(readOne("06 0b 68656c6c6f")->text(), "hello");
    EXPECT_EQ(readOne("06 01")->text(), "");
    EXPECT_EQ(readOne("0b 07 3c612f")->text(), "<a/");
    EXPECT_EQ(readOne("0c 05 00ff")->text(), std::string_view("\x00\xff", 2));
    EXPECT_EQ(std::get<amf0::Date>(*readOne("08 01 4024000000000000")).milliseconds, 10);
}

TEST(Amf3, ReadsIntegersOfAllLengthsAndBothSigns)
{
    const std::pair<const char *, double> numbers[] = {
        {"04 00", 0},           {"04 7f", 127},           {"04 8100", 128},           {"04 ff7f", 16383},  {"04 818000", 16384},
        {"04 ffff7f", 2097151}, {"04 80c08000", 2097152}, {"04 bfffffff", 268435455}, {"04 ffffffff", -1}, {"04 c0808000", -268435456}};
    for (const auto &[text, number] : numbers)
        EXPECT_EQ(readOne(text)->number(), number) << text;
}

TEST(Amf3, ReadsObjectsByTraitsThatAreGivenOnce)
{
    // An array of two objects of the class "P" with a sealed member x; the second is dynamic by the same traits, and has y.
    const auto list = readOne("09 05 01 0a 1b 03 50 03 78 04 01 03 79 06 03 61 01 0a 01 04 02 01");
    ASSERT_TRUE(list);
    const auto &values = *std::get<amf0::Array>(*list);
    ASSERT_EQ(values.size(), 2U);
    EXPECT_EQ(values[0].find("x")->number(), 1);
    EXPECT_EQ(values[0].find("y")->text(), "a");
    EXPECT_EQ(values[1].find("x")->number(), 2);
    EXPECT_EQ(values[1].find("y"), nullptr);
}

TEST(Amf3, FollowsReferencesToStringsAndFinishedObjects)
{
    const auto strings = readOne("09 07 01 06 03 61 06 00 06 00");
    ASSERT_TRUE(strings);
    EXPECT_EQ((*std::get<amf0::Array>(*strings))[2].text(), "a");
    const auto objects = readOne("09 05 01 0a 0b 01 03 61 04 07 01 0a 02");
    ASSERT_TRUE(objects);
    EXPECT_EQ((*std::get<amf0::Array>(*objects))[1].find("a")->number(), 7);
    EXPECT_EQ(readOne("09 03 01 09 00").error(), ReadError::BadReference); // to itself
    EXPECT_EQ(readOne("0a 00").error(), ReadError::BadReference);
    EXPECT_EQ(readOne("06 02").error(), ReadError::BadReference);
    EXPECT_EQ(readOne("0a 05").error(), ReadError::BadReference); // traits
}

TEST(Amf3, ReadsArraysWithNamesVectorsAndDictionaries)
{
    const auto named = readOne("09 03 03 61 04 01 01 04 02");
    ASSERT_TRUE(named);
    EXPECT_EQ(named->find("a")->number(), 1);
    EXPECT_EQ(named->find("0")->number(), 2);
    EXPECT_EQ((*std::get<amf0::Array>(*readOne("0d 05 00 ffffffff 00000002")))[0].number(), -1);
    EXPECT_EQ((*std::get<amf0::Array>(*readOne("0e 03 01 ffffffff")))[0].number(), 4294967295.0);
    EXPECT_EQ((*std::get<amf0::Array>(*readOne("0f 03 00 3ff8000000000000")))[0].number(), 1.5);
    EXPECT_EQ((*std::get<amf0::Array>(*readOne("10 03 00 01 06 03 61")))[0].text(), "a");
    const auto dictionary = readOne("11 05 00 06 03 6b 04 05 04 01 04 02");
    ASSERT_TRUE(dictionary);
    EXPECT_EQ(dictionary->find("k")->number(), 5);
}

TEST(Amf3, RefusesWhatItCannotKnow)
{
    for (const char *text : {"12", "ff", "0a 07 03 50"}) // the last writes itself
        EXPECT_EQ(readOne(text).error(), ReadError::UnknownMarker) << text;
}

TEST(Amf3, HoldsItsLimits)
{
    std::string deep;
    for (int i = 0; i < 20; ++i)
        deep += "09 03 01 ";
    EXPECT_EQ(readOne(deep).error(), ReadError::TooDeep);
    EXPECT_EQ(readOne("09 ffffffff 01").error(), ReadError::TooMany);
    EXPECT_EQ(readOne("0d ffffffff 00").error(), ReadError::TooMany);
    EXPECT_EQ(readOne("10 ffffffff 00 01").error(), ReadError::TooMany);
    EXPECT_EQ(readOne("11 ffffffff 00").error(), ReadError::TooMany);
    EXPECT_EQ(readOne("0a ffffff9b 01").error(), ReadError::TooMany); // members of a class
    EXPECT_EQ(readOne("06 ffffffff").error(), ReadError::StringTooLong);
    EXPECT_EQ(readOne("0c ffffffff").error(), ReadError::StringTooLong);
    Limits few;
    few.values = 2;
    EXPECT_EQ(readOne("09 07 01 01 01 01", few).error(), ReadError::TooMany);
    Limits shortOnes;
    shortOnes.stringBytes = 4;
    EXPECT_EQ(readOne("06 0b 6868686868", shortOnes).error(), ReadError::StringTooLong);
    // References cost as much as what they refer to: five times four bytes are more than sixteen.
    EXPECT_TRUE(readOne("09 09 01 06 09 61616161 06 00 06 00 06 00", shortOnes));
    EXPECT_EQ(readOne("09 0b 01 06 09 61616161 06 00 06 00 06 00 06 00", shortOnes).error(), ReadError::StringTooLong);
}

TEST(Amf3, RefusesAValueCutAnywhere)
{
    for (const char *text : {"04 ffffffff", "05 3ff8000000000000", "06 0b 68656c6c6f", "08 01 4024000000000000",
                             "09 05 01 0a 1b 03 50 03 78 04 01 03 79 06 03 61 01 0a 01 04 02 01", "0d 05 00 ffffffff 00000002",
                             "10 03 00 01 06 03 61", "11 05 00 06 03 6b 04 05 04 01 04 02", "0c 05 00ff"}) {
        const auto bytes = hex(text);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            std::span<const std::uint8_t> view(bytes.data(), size);
            EXPECT_EQ(Reader().read(view).error(), ReadError::Truncated) << text << " " << size;
        }
    }
}

TEST(Amf3, IsReadBehindTheMarkerOfAmf0WithOneSetOfTables)
{
    const auto bytes = hex("02 0001 61 11 06 07 6b6579 11 06 00 03 0001 62 11 04 05 000009");
    amf0::Reader reader(bytes);
    EXPECT_EQ(reader.read()->text(), "a");
    EXPECT_EQ(reader.read()->text(), "key");
    EXPECT_EQ(reader.read()->text(), "key");
    EXPECT_EQ(reader.read()->find("b")->number(), 5);
    EXPECT_TRUE(reader.atEnd());
}

} // namespace matinee::rtmp::amf3
