// What the handlers of all workers see of one stream's HLS: the newest playlist, who waits for it, who has looked lately.
// Shared by its egress and by requests under way; any thread. The lock is held for a few words only.
#pragma once

#include "hls/segmenter.h"
#include "net/worker.h"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace matinee::hls {

using SteadyTime = std::chrono::steady_clock::time_point;

class Shelf
{
public:
    explicit Shelf(SteadyTime now) : m_lastAsked(now) {}

    /// What there is now.
    struct Content
    {
        std::shared_ptr<const Snapshot> snapshot; ///< Null: no segment yet.
        std::optional<Error> failure;             ///< There will be none, and why.
        bool closed = false;                      ///< The stream ended or nobody asked for long; ask the directory again.
    };
    [[nodiscard]] Content content() const;
    /// Waits on the calling worker until there is a snapshot, a failure or the end; at most `timeout`.
    Task<Content> await(std::chrono::milliseconds timeout);

    /// A playlist was asked for: keeps the stream's segmenter alive and counts the viewer.
    void seen(std::string_view address, std::string_view userAgent, SteadyTime now);
    void touch(SteadyTime now);
    [[nodiscard]] SteadyTime lastAsked() const;
    /// Viewers that asked for the playlist since `from`; forgets the others.
    [[nodiscard]] std::uint32_t viewersSince(SteadyTime from);

    // the egress
    void publish(std::shared_ptr<const Snapshot> snapshot);
    void refuse(Error failure);
    void close(); ///< Releases who waits.

private:
    static constexpr std::size_t kMaxViewers = 20000; // more are served and not counted

    struct Waiter
    {
        explicit Waiter(net::Worker &worker) : worker(worker), timer(worker.context()) {}
        net::Worker &worker;
        asio::steady_timer timer; // worker
    };
    void wakeAll();

    mutable std::mutex m_mutex; // guards all below
    Content m_content;
    std::vector<std::shared_ptr<Waiter>> m_waiters; // one a request under way at most, so bounded by the connections
    SteadyTime m_lastAsked;
    std::unordered_map<std::size_t, SteadyTime> m_viewers; // hash of address and user agent: last seen
};

} // namespace matinee::hls
