#include "settings_file/yaml_file.h"

#include <gmock/gmock.h>

namespace matinee::settings_file {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

YamlFile read(std::string_view content)
{
    return readYaml(content, "m.yaml");
}

/// All problems, a line each.
std::string problems(const YamlFile &file)
{
    std::string out;
    for (const Problem &problem : file.problems)
        out += problem.text() + "\n";
    return out;
}

} // namespace

TEST(YamlFile, JoinsTheKeysOfMapsByDotsAndKnowsTheLines)
{
    const YamlFile file =
        read("# a comment\nserver:\n  port: 80\n  name: \"a: b\"\nmetrics:\n  auth:\n    mode: basic\nlogging.level: debug\n");
    ASSERT_EQ(problems(file), "");
    ASSERT_EQ(file.entries.size(), 4U);
    EXPECT_EQ(file.entries[0].key, "server.port");
    EXPECT_EQ(file.entries[0].text, "80");
    EXPECT_EQ(file.entries[0].line, 3);
    EXPECT_EQ(file.entries[1].text, "a: b");
    EXPECT_EQ(file.entries[2].key, "metrics.auth.mode");
    EXPECT_EQ(file.entries[2].line, 7);
    EXPECT_EQ(file.entries[3].key, "logging.level");
}

TEST(YamlFile, ReadsListsInBothStyles)
{
    const YamlFile file = read("a: [x, \"y z\"]\nb:\n  - p\n  - q\nc: []\n");
    ASSERT_EQ(problems(file), "");
    ASSERT_EQ(file.entries.size(), 3U);
    EXPECT_THAT(file.entries[0].list, ElementsAre("x", "y z"));
    EXPECT_THAT(file.entries[1].list, ElementsAre("p", "q"));
    EXPECT_EQ(file.entries[1].line, 2) << "the line of the key";
    EXPECT_EQ(file.entries[2].kind, Entry::List);
    EXPECT_TRUE(file.entries[2].list.empty());
}

TEST(YamlFile, AnEmptyFileOrOneOfCommentsHoldsNothing)
{
    for (const std::string_view content : {"", "\n\n", "# nothing\n", "---\n", "---\n# nothing\n...\n"}) {
        const YamlFile file = read(content);
        EXPECT_EQ(problems(file), "") << content;
        EXPECT_TRUE(file.entries.empty()) << content;
    }
}

TEST(YamlFile, AKeyWithoutValueIsToldApartFromAnEmptyText)
{
    const YamlFile file = read("a:\nb: \"\"\nc: ~\n");
    ASSERT_EQ(file.entries.size(), 3U);
    EXPECT_EQ(file.entries[0].kind, Entry::Nothing);
    EXPECT_EQ(file.entries[1].kind, Entry::Text);
    EXPECT_EQ(file.entries[2].kind, Entry::Nothing);
}

TEST(YamlFile, DuplicateKeysAreNamedWithBothLines)
{
    EXPECT_EQ(problems(read("server:\n  port: 1\n  port: 2\n")), "m.yaml:3: server.port: is given twice; it is already in line 2\n");
    EXPECT_EQ(problems(read("server:\n  port: 1\nserver:\n  name: x\n")), "m.yaml:3: server: is given twice; it is already in line 1\n");
    EXPECT_EQ(problems(read("server:\n  port: 1\nserver.port: 2\n")), "m.yaml:3: server.port: is given twice; it is already in line 2\n");
}

TEST(YamlFile, TheFirstOfTwoValuesStays)
{
    const YamlFile file = read("a: 1\na: 2\nb: 3\n");
    ASSERT_EQ(file.entries.size(), 2U);
    EXPECT_EQ(file.entries[0].text, "1");
    EXPECT_EQ(file.entries[1].key, "b");
}

TEST(YamlFile, AnchorsAliasesAndTagsAreRefused)
{
    EXPECT_THAT(problems(read("a: &x 1\n")), HasSubstr("m.yaml:1: a: has an anchor"));
    EXPECT_THAT(problems(read("a: 1\nb: *x\n")), HasSubstr("m.yaml:2: "));
    EXPECT_THAT(problems(read("a: !!binary aGk=\n")), HasSubstr("has a type tag"));
    EXPECT_THAT(problems(read("a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\n")), HasSubstr("m.yaml:1: a: has an anchor"));
}

TEST(YamlFile, DeepNestingIsRefusedByLine)
{
    std::string flow = "a: ";
    for (int i = 0; i < 100000; ++i)
        flow += "{a: ";
    EXPECT_THAT(problems(read(flow)), HasSubstr("nested deeper than 8 levels"));
    EXPECT_NE(problems(read("a: " + std::string(100000, '['))), "");
    EXPECT_NE(problems(read(std::string(100000, '{'))), "");
    std::string block;
    for (int i = 0; i < 100; ++i)
        block += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
    EXPECT_THAT(problems(read(block)), HasSubstr("m.yaml:9: ")) << problems(read(block));
}

TEST(YamlFile, ShapesThatNoSettingHasAreRefused)
{
    EXPECT_THAT(problems(read("- a\n- b\n")), HasSubstr("m.yaml:1: is a list"));
    EXPECT_THAT(problems(read("just a sentence\n")), HasSubstr("holds no keys"));
    EXPECT_THAT(problems(read("a:\n  - b: c\n")), HasSubstr("a: has keys inside a list"));
    EXPECT_THAT(problems(read("a: [[x]]\n")), HasSubstr("a: has a list inside a list"));
    EXPECT_THAT(problems(read("? [a, b]\n: c\n")), HasSubstr("in the place of a key"));
    EXPECT_THAT(problems(read("a: 1\n---\nb: 2\n")), HasSubstr("m.yaml:3: belongs to a second document"));
}

TEST(YamlFile, BrokenSyntaxIsToldWithItsLine)
{
    EXPECT_THAT(problems(read("server:\n  port: 80\n name: x\n")), HasSubstr("m.yaml:3: is not YAML here"));
    EXPECT_THAT(problems(read("server:\n\tport: 80\n")), HasSubstr("m.yaml:2: "));
    EXPECT_THAT(problems(read("a: [1, 2\n")), HasSubstr("m.yaml:"));
}

TEST(YamlFile, AQuoteThatIsNotClosedDoesNotSwallowTheRestOfTheFile)
{
    // The parser itself takes everything up to the end of the file for the value, without a word.
    EXPECT_EQ(problems(read("x: 1\na: \"unclosed\nb: 2\n")), "m.yaml:2: a: has a quote that is not closed on its line\n");
    EXPECT_EQ(problems(read("a: 'unclosed\n")), "m.yaml:1: a: has a quote that is not closed on its line\n");
    EXPECT_THAT(problems(read("a: [x, \"y\nb: 2\n")), HasSubstr("m.yaml:1: a: "));
    EXPECT_EQ(problems(read("\"a: 1\nb: 2\n")), "m.yaml:1: has a quote that is not closed on its line\n");
    const YamlFile good = read("\xEF\xBB\xBF# \xE6\x94\xBE\na: \"q \\\" \xE6\x98\xA0\" # x\nb: 'it''s'\n\"c\": \"\"\n");
    ASSERT_EQ(problems(good), "");
    ASSERT_EQ(good.entries.size(), 3U);
    EXPECT_EQ(good.entries[0].text, "q \" \xE6\x98\xA0");
    EXPECT_EQ(good.entries[1].text, "it's");
}

TEST(YamlFile, LinesMayEndAsOnWindows)
{
    const YamlFile file = read("server:\r\n  port: 80\r\n  name: \"x\"\r\n");
    ASSERT_EQ(problems(file), "");
    ASSERT_EQ(file.entries.size(), 2U);
    EXPECT_EQ(file.entries[0].text, "80");
    EXPECT_EQ(file.entries[1].line, 3);
}

TEST(YamlFile, LargeAndBinaryFilesAreRefused)
{
    EXPECT_THAT(problems(read(std::string(kMaxFileBytes + 1, '#'))), HasSubstr("larger than 1 MiB"));
    EXPECT_THAT(problems(read(std::string_view("a: \0b\n", 6))), HasSubstr("not a text file"));
    EXPECT_THAT(problems(read("a: b\nc: \xFF\xFE\n")), HasSubstr("m.yaml:2: is not UTF-8"));
    EXPECT_THAT(problems(read("a: \xED\xA0\x80\n")), HasSubstr("m.yaml:1: is not UTF-8")) << "a surrogate";
    EXPECT_THAT(problems(read("a: \xC0\x80\n")), HasSubstr("m.yaml:1: is not UTF-8")) << "an overlong form";
    std::string many;
    for (std::size_t i = 0; i <= kMaxEntries; ++i)
        many += "k" + std::to_string(i) + ": 1\n";
    EXPECT_THAT(problems(read(many)), HasSubstr("more than 2000 values"));
}

TEST(YamlFile, EveryTruncationEndsWithAnAnswer)
{
    const std::string whole = "server:\n  port: 8080\n  trusted_proxies: [10.0.0.0/8, \"::1\"]\nmetrics: {auth: {mode: 'basic'}}\n";
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        const YamlFile file = read(std::string_view(whole).substr(0, length));
        EXPECT_LE(file.entries.size(), 3U);
    }
}

} // namespace matinee::settings_file
