// Tells a replica's viewers that there is news: at the times of its FlushPacer, and in slices of a few milliseconds, so that thousands of
// viewers do not keep the publisher's reads waiting. Owned by the replica; everything on its worker.
#pragma once

#include "live/flush_pacer.h"
#include "net/worker.h"

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace matinee::live {

class Subscriber;
class WorkerPaces;

class FlushRounds : public std::enable_shared_from_this<FlushRounds>
{
public:
    /// `paces` may be null: never merges.
    explicit FlushRounds(WorkerPaces *paces) : m_paces(paces) {}

    void attach(Subscriber &subscriber);
    void detach(Subscriber &subscriber); ///< Harmless where it is not attached. Also from within its onFrames().
    /// Everybody, forgotten.
    [[nodiscard]] std::vector<Subscriber *> takeAll();
    /// Frames are in the ring. `picture` as in FlushPacer.
    void onFrames(bool picture);

private:
    static constexpr std::chrono::milliseconds kSlice{2};
    static constexpr std::size_t kLook = 16; ///< Viewers between two looks at the clock.

    void settle(Instant now);
    void walk(Instant now);
    void waitUntil(Instant when);

    WorkerPaces *const m_paces;
    net::Worker *m_worker = nullptr; // from the first viewer on; none in tests that have none: everything happens at once
    FlushPacer m_pacer;
    std::vector<Subscriber *> m_subscribers; // null: gone during a round
    std::size_t m_at = 0;                    // of the round that is under way
    bool m_walking = false;                  // a round is under way, perhaps between two slices
    bool m_gaps = false;
    std::optional<asio::steady_timer> m_timer;
    Instant m_armed = Instant::max();
};

} // namespace matinee::live
