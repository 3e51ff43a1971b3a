// One job on its way through a lane: who runs it, who gives up on it, and exactly one answer.
// Shared by the lane's queue, the database thread and the deadline watch; the atomics below are all they touch at the same time.
#pragma once

#include "store/store.h"

#include <atomic>

namespace matinee::store {

class Job
{
public:
    using Body = std::function<std::optional<Error>(Transaction &)>;
    using Done = std::function<void(std::optional<Error>)>;

    Job(Body body, Done done, std::chrono::milliseconds patience, bool writes)
        : m_body(std::move(body)),
          m_done(std::move(done)),
          m_patience(patience),
          m_deadline(std::chrono::steady_clock::now() + patience),
          m_writes(writes)
    {
    }

    [[nodiscard]] std::chrono::steady_clock::time_point deadline() const { return m_deadline; }
    [[nodiscard]] bool answered() const { return m_answered; }

    // database thread
    /// False where the caller was already told that nothing happened.
    [[nodiscard]] bool start() { return advance(Stage::Waiting, Stage::Running); }
    [[nodiscard]] std::optional<Error> run(Transaction &tx) { return m_body(tx); }
    /// The point of no return: false where the caller was told that nothing was changed, so roll back.
    [[nodiscard]] bool enterCommit() { return advance(Stage::Running, Stage::Committing); }

    // any thread
    using Count = std::function<void()>;
    /// The first answer counts, and `count` is called just before it is given; false where there was one before.
    bool answer(std::optional<Error> error, const Count &count = {});
    /// The deadline has come. True where the caller was still waiting.
    bool expire(const Count &count = {});
    /// Answered or not, the job's captures are let go on the thread that ran it.
    void release() { m_body = nullptr; }

private:
    enum class Stage
    {
        Waiting,
        Running,
        Committing,
        Over
    };
    bool advance(Stage from, Stage to) { return m_stage.compare_exchange_strong(from, to); }

    Body m_body;
    Done m_done;
    const std::chrono::milliseconds m_patience;
    const std::chrono::steady_clock::time_point m_deadline;
    const bool m_writes;
    std::atomic<Stage> m_stage{Stage::Waiting};
    std::atomic<bool> m_answered{false};
};

} // namespace matinee::store
