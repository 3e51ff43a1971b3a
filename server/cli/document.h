// What a command answers, as text: JSON, YAML, or a table for people. Pure functions.
#pragma once

#include <boost/json/value.hpp>

#include <string>
#include <vector>

namespace matinee::cli {

/// Indented by two, one line at its end.
[[nodiscard]] std::string toJson(const boost::json::value &document);
/// The same document in block style; texts are quoted, so that each keeps its type.
[[nodiscard]] std::string toYaml(const boost::json::value &document);

/// Columns as wide as their widest cell, two spaces between them. Wide characters (CJK) count as two.
[[nodiscard]] std::string table(const std::vector<std::string> &head, const std::vector<std::vector<std::string>> &rows);

} // namespace matinee::cli
