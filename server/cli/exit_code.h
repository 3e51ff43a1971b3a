// What the program's exit codes mean, for scripts. Documented in `matinee --help`.
#pragma once

#include "common/protocol/error.h"

namespace matinee::cli {

enum ExitCode
{
    kOk = 0,
    kFailed = 1,      ///< It was asked for correctly and could not be done.
    kUsage = 2,       ///< The command line or the configuration is wrong.
    kEnvironment = 3, ///< Port taken, data folder not writable, database away, dirty or newer than the program.
    kNotFound = 4,    ///< There is no such stream, key or file.
    kNoServer = 5,    ///< The command needs a running server, and none runs on this data folder.
};

/// Of a call that failed.
[[nodiscard]] constexpr int exitCodeOf(const Error &error)
{
    switch (error.code) {
    case ErrorCode::InvalidArgument:
        return kUsage;
    case ErrorCode::NotFound:
        return kNotFound;
    case ErrorCode::Unavailable:
    case ErrorCode::PermissionDenied:
        return kEnvironment;
    default:
        return kFailed;
    }
}

} // namespace matinee::cli
