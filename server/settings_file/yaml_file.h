// The subset of YAML that a configuration needs, with the line of everything: maps in maps, texts, and lists of texts.
// Anchors, aliases, tags, second documents, deep nesting and duplicate keys are refused by name and line. Pure function; any thread.
#pragma once

#include "settings_file/problem.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::settings_file {

inline constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxEntries = 2000;
inline constexpr std::size_t kMaxDepth = 8;
inline constexpr std::size_t kMaxProblems = 50; ///< Of one file; what follows is mostly an echo of these.

/// One key with its value. `key` has the keys of all maps around it, joined by dots.
struct Entry
{
    enum Kind
    {
        Text,
        List,
        Nothing
    }; ///< Nothing: "key:" with no value.
    std::string key;
    int line = 0;
    Kind kind = Nothing;
    std::string text;
    std::vector<std::string> list;
};

struct YamlFile
{
    std::vector<Entry> entries; ///< In the order of the file; what could be read in spite of the problems.
    Problems problems;
};

/// `source` is the name that the problems carry.
[[nodiscard]] YamlFile readYaml(std::string_view content, const std::string &source);

} // namespace matinee::settings_file
