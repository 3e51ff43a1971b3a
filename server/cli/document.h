// What a command answers, as text: JSON, YAML, or a table for people. Pure functions.
#pragma once

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace matinee::cli {

/// Indented by two, one line at its end.
[[nodiscard]] std::string toJson(const boost::json::value &document);
/// The same document in block style; texts are quoted, so that each keeps its type.
[[nodiscard]] std::string toYaml(const boost::json::value &document);

/// What a terminal would act on, as escapes: control characters, line and paragraph separators, changes of direction. What strangers have
/// typed, such as a name that was refused, is then no line of its own and no colour.
[[nodiscard]] std::string printable(std::string_view text);
/// The same, but line breaks and tabs stay: for a text of several lines that is ours.
[[nodiscard]] std::string printableLines(std::string_view text);

/// Columns as wide as their widest cell, two spaces between them. Wide characters (CJK) count as two. Cells are made `printable`.
[[nodiscard]] std::string table(const std::vector<std::string> &head, const std::vector<std::vector<std::string>> &rows);

} // namespace matinee::cli
