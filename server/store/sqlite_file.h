// The SQLite file before SQLite opens it: exists, writable, readable by nobody else.
// Errors of the file system become sentences here, since the driver's own is "unable to open database file". Any thread.
#pragma once

#include "common/protocol/result.h"

#include <string>

namespace matinee::store {

/// `create`: makes an empty file of mode 0600 where there is none; otherwise that is an error.
Result<void> prepareSqliteFile(const std::string &path, bool create);
[[nodiscard]] bool sqliteFileExists(const std::string &path);

} // namespace matinee::store
