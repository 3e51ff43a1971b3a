#include "cli/document.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

namespace matinee::cli {

namespace {

namespace json = boost::json;

const json::value kDocument = {{"name", "cinema"},
                               {"private", false},
                               {"viewers", 12},
                               {"empty_list", json::array()},
                               {"empty_map", json::object()},
                               {"nothing", nullptr},
                               {"looks_like_a_number", "08"},
                               {"tracks", {{{"kind", "video"}, {"codec", "avc1.64001f"}}, {{"kind", "audio"}, {"list", {1, 2}}}}},
                               {"text", "a \"quote\", a : colon, a\nline and 放映"}};

} // namespace

TEST(Document, JsonIsReadBackAsItWas)
{
    EXPECT_EQ(json::parse(toJson(kDocument)), kDocument);
    EXPECT_EQ(toJson(json::object()), "{}\n");
    EXPECT_EQ(toJson({{"a", 1}, {"b", {true}}}), "{\n  \"a\": 1,\n  \"b\": [\n    true\n  ]\n}\n");
}

TEST(Document, YamlSaysTheSameAsJson)
{
    const std::string text = toYaml(kDocument);
    const YAML::Node yaml = YAML::Load(text);
    EXPECT_EQ(yaml["name"].as<std::string>(), "cinema");
    EXPECT_FALSE(yaml["private"].as<bool>());
    EXPECT_EQ(yaml["looks_like_a_number"].Tag(), "!") << "quoted, so still a text: " << text;
    EXPECT_TRUE(yaml["nothing"].IsNull());
    EXPECT_EQ(yaml["empty_list"].size(), 0U);
    ASSERT_EQ(yaml["tracks"].size(), 2U) << text;
    EXPECT_EQ(yaml["tracks"][0]["codec"].as<std::string>(), "avc1.64001f");
    EXPECT_EQ(yaml["tracks"][1]["list"][1].as<int>(), 2);
    EXPECT_EQ(yaml["text"].as<std::string>(), "a \"quote\", a : colon, a\nline and 放映");
}

TEST(Document, WhatATerminalWouldActOnIsShownInItsPlace)
{
    EXPECT_EQ(printable("a\r\n\x1b[31mb\x7f\t"), "a\\u000d\\u000a\\u001b[31mb\\u007f\\u0009");
    EXPECT_EQ(printable("\u0085\u009b\u2028\u2029\u202e\u2066\u200f"), "\\u0085\\u009b\\u2028\\u2029\\u202e\\u2066\\u200f");
    EXPECT_EQ(printable(std::string("a\0b", 3)), "a\\u0000b");
    for (const std::string text :
         {"plain", "映画 кино ünïcode", "\u00a0\u00e9\u2010\u2026\u20ac", "\xc2", "\xe2\x80", "\xe2", "\xff\xfe", ""})
        EXPECT_EQ(printable(text), text);
    EXPECT_EQ(printableLines("a\n\tb\r\x1b"), "a\n\tb\\u000d\\u001b");
    EXPECT_EQ(table({"NAME"}, {{"x\n2026-01-01 forged"}}), "NAME\nx\\u000a2026-01-01 forged\n");
}

TEST(Document, TablesAreAlignedAlsoUnderWideCharacters)
{
    EXPECT_EQ(table({"NAME", "STATUS"}, {{"a", "live"}, {"longer", "idle"}}), "NAME    STATUS\na       live\nlonger  idle\n");
    EXPECT_EQ(table({"NAME", "X"}, {{"放映室", "1"}, {"é", "2"}}), "NAME    X\n放映室  1\né       2\n");
}

} // namespace matinee::cli
