// Starts our own program once more as a relay process: fixed arguments, next to no environment, two descriptors. Any thread.
#pragma once

#include "common/protocol/result.h"

#include <string>

#include <sys/types.h>

namespace matinee::relay {

/// What the process finds open besides standard input (empty), output (nowhere) and error (our log).
inline constexpr int kChannelDescriptor = 3;
inline constexpr const char *kChildCommand = "relay-child";

struct Spawned
{
    pid_t process = -1;
    int channel = -1; ///< Our end of the socket pair; the caller closes both.
    int log = -1;     ///< What it writes on standard error.
};

/// `program` is /proc/self/exe, which is this very program even when its file was replaced in the meantime.
[[nodiscard]] Result<Spawned> spawnChild(const std::string &program);

enum class Courtesy
{
    GivesWay,   ///< Less of a busy processor than the server: nice 5.
    OnlyIfIdle, ///< Next to nothing of a busy processor: SCHED_IDLE, or nice 19 where that is not allowed.
};
/// For a process that was spawned a moment ago; the threads that it makes later inherit it.
void setCourtesy(pid_t process, Courtesy courtesy);

} // namespace matinee::relay
