// The command line of `matinee`: arguments in, exit code out. Main thread.
#pragma once

#include "cli/world.h"

#include <string>
#include <vector>

namespace matinee::cli {

/// `arguments` without the name of the program.
[[nodiscard]] int run(std::vector<std::string> arguments, World &world);

} // namespace matinee::cli
