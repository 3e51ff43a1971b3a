// Small files read whole with a limit, and private files written whole or not at all. Blocking; any thread.
#pragma once

#include "common/protocol/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace matinee::settings_file {

/// NotFound where there is no such file; otherwise Unavailable or PayloadTooLarge. Messages complete "PATH: ...".
[[nodiscard]] Result<std::string> readFile(const std::string &path, std::size_t limit);

/// Mode 0600, complete with its name or not there at all, whatever happens (temporary file, fsync, rename, fsync of the folder).
/// AlreadyExists where the file is there: it is never overwritten.
[[nodiscard]] Result<void> writeNewPrivateFile(const std::string &path, std::string_view content);

/// Makes the data folder (mode 0700, with its parents) where it is missing and checks that it can be written.
[[nodiscard]] Result<void> prepareFolder(const std::string &path);

/// True where others than the owner may read the file.
[[nodiscard]] bool readableByOthers(const std::string &path);

} // namespace matinee::settings_file
