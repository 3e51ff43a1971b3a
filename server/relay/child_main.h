// The other side: what `matinee relay-child` does. It gives up what it does not need, reads its job from the socket that it was started
// with, and does that until the server hangs up. A process of its own, one thread.
#pragma once

namespace matinee::relay {

/// Exit code: 0 done or told to stop, 1 the job failed (and the server was told why), 2 not started by a server.
[[nodiscard]] int childMain();

} // namespace matinee::relay
