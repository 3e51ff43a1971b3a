// Threads for work that takes a tenth of a second and 64 MiB (Argon2id): a few at a time, so that nobody fills the memory by asking for
// much of it, and a short queue. Owned by app; `run` may be awaited on any worker and resumes there.
#pragma once

#include "net/task.h"

#include <cstddef>
#include <functional>
#include <memory>

namespace matinee::accounts {

class StretchThreads
{
public:
    static constexpr std::size_t kThreads = 2;
    static constexpr std::size_t kMostWaiting = 16;

    explicit StretchThreads(std::size_t threads = kThreads, std::size_t mostWaiting = kMostWaiting);
    /// Waits for what is going on; what waits is not done.
    ~StretchThreads();
    StretchThreads(const StretchThreads &) = delete;
    StretchThreads &operator=(const StretchThreads &) = delete;

    [[nodiscard]] bool isFull() const; ///< `run` would say false now.
    /// True when `job` has run, on a thread of ours; false where too many wait already, or at the end. `job` must not throw, and owns what
    /// it uses.
    Task<bool> run(std::function<void()> job);

private:
    struct State;
    const std::shared_ptr<State> m_state;
};

} // namespace matinee::accounts
