// Completion for shells, made from the tree of commands and options, so that it cannot know less than the program. Pure functions.
#pragma once

#include <CLI/App.hpp>

#include <string>

namespace matinee::cli {

[[nodiscard]] std::string bashCompletion(const CLI::App &root);
[[nodiscard]] std::string zshCompletion(const CLI::App &root);
[[nodiscard]] std::string fishCompletion(const CLI::App &root);

} // namespace matinee::cli
