// Where tests find their files. In one source file, so that everything else is compiled alike wherever the tree lies.
#pragma once

#include <string>

namespace matinee::test {

std::string dataFolder();    ///< tests/ of the source tree.
std::string cacheFolder();   ///< Of the build: what is costly to make and may be kept.
std::string serverProgram(); ///< `matinee` as it was built beside the tests.

} // namespace matinee::test
