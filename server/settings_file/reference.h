// What people read about settings, made from the declarations: the reference page and the example file. Pure functions; any thread.
// The committed copies are docs/reference/settings.md and docs/reference/matinee.example.yaml; a test compares them.
#pragma once

#include <string>

namespace matinee::settings_file {

[[nodiscard]] std::string referenceMarkdown();
/// Every setting with its default, commented out, so that the file as it is changes nothing.
[[nodiscard]] std::string exampleYaml();

} // namespace matinee::settings_file
