// Something in the configuration that a person has to put right: where it is, which setting, what was expected.
// Loading collects all of them and reports them together. Values; any thread.
#pragma once

#include <string>
#include <vector>

namespace matinee::settings_file {

struct Problem
{
    std::string source; ///< "/etc/matinee.yaml", "environment MATINEE_SERVER_PORT", "--set"; never empty.
    int line = 0;       ///< 1 is the first; 0 where there are no lines.
    std::string key;    ///< "server.port", or empty where it is about no single setting.
    std::string what;   ///< Begins in lower case: it follows the key.

    /// "/etc/matinee.yaml:12: server.port: expected a whole number from 1 to 65535, got "80a""
    [[nodiscard]] std::string text() const;
};

using Problems = std::vector<Problem>;

} // namespace matinee::settings_file
