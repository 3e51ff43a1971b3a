// What a rendition asks of the process that makes its picture. Behind it is a relay process (relay/child.h), or a test's own.
// Owned by a rendition for one run; everything on that one's worker.
#pragma once

#include "net/worker.h"
#include "relay/wire/message.h"

#include "common/protocol/result.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace matinee::ladder {

class Process
{
public:
    virtual ~Process() = default;
    /// What came, at least one message; fails when there will be no more.
    [[nodiscard]] virtual Task<Result<std::vector<relay::wire::Message>>> receive() = 0;
    /// False when it takes no more. One call at a time.
    [[nodiscard]] virtual Task<bool> send(std::span<const media::SharedBytes> parts) = 0;
    /// receive() and send() return.
    virtual void hangUp() = 0;
    /// Until it is gone. Call once, at last.
    [[nodiscard]] virtual Task<void> finish() = 0;
};

/// `name`: for the log. From the worker's thread.
using StartProcess =
    std::function<Result<std::unique_ptr<Process>>(net::Worker &worker, const relay::wire::Job &job, const std::string &name)>;

/// Processes of this very program, at low priority.
[[nodiscard]] StartProcess relayProcesses(std::string program = "/proc/self/exe");

} // namespace matinee::ladder
