// What the handlers of all workers see of one stream's HLS: the newest playlist of each form, who waits for what, who has looked lately.
// Shared by its egress and by requests under way; any thread. The lock is held for a few words only.
#pragma once

#include "hls/lead.h"
#include "hls/segmenter.h"
#include "hls/snapshot.h"
#include "hls/wire/reload.h"
#include "net/worker.h"

#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace matinee::hls {

using SteadyTime = std::chrono::steady_clock::time_point;

class Shelf
{
public:
    /// `secret`: what every address of this stream begins with, until its segmenter ends.
    Shelf(std::string secret, SteadyTime now);

    /// What there is now.
    struct Content
    {
        std::shared_ptr<const Snapshot> snapshot; ///< Null: no segment yet.
        std::optional<Error> failure;             ///< There will be none, and why.
        bool closed = false;                      ///< The stream ended or nobody asked for long; ask the directory again.
    };
    [[nodiscard]] Content content(Form form) const;
    /// Waits on the calling worker until there is a snapshot that has what `reload` asks for, a failure or the end; at most `timeout`.
    /// More than kMaxWaiters are not kept waiting.
    Task<Content> await(Form form, Reload reload, std::chrono::milliseconds timeout);

    [[nodiscard]] const std::string &secret() const { return m_secret; }

    /// A playlist was asked for: keeps the stream's segmenter at this form and counts the viewer.
    void seen(Form form, std::string_view address, std::string_view userAgent, SteadyTime now);
    void touch(Form form, SteadyTime now);
    /// Somebody has asked after `since`, or waits for an answer.
    [[nodiscard]] bool isAskedFor(SteadyTime since) const;
    [[nodiscard]] FormSet askedSince(SteadyTime from) const;
    /// Viewers that asked for a playlist since `from`; forgets the others.
    [[nodiscard]] std::uint32_t viewersSince(SteadyTime from);

    /// For renditions, which cut and number as their stream does. `broadcast`: the one that the time is of; as long as that has not begun
    /// here, its stream is behind the rendition.
    [[nodiscard]] Lead leadAt(media::MediaTime time, WallTime broadcast) const;

    // the egress
    /// Frames of the broadcast that went live at `startedAt` follow: its timeline has nothing to do with that of the one before.
    void broadcast(WallTime startedAt);
    void began(Beginning beginning);
    /// Every segment that begins before `time` has been told by began().
    void reached(media::MediaTime time);
    void publish(Form form, std::shared_ptr<const Snapshot> snapshot);
    void refuse(Form form, Error failure);
    /// The form is not made any more.
    void withdraw(Form form);
    void close(); ///< Releases who waits.

private:
    static constexpr std::size_t kMaxViewers = 20000; // more are served and not counted
    static constexpr std::size_t kMaxWaiters = 50000;
    static constexpr std::size_t kMaxBeginnings = 32;

    struct Waiter
    {
        Waiter(net::Worker &worker, Form form, Reload reload) : worker(worker), timer(worker.context()), form(form), reload(reload) {}
        net::Worker &worker;
        asio::steady_timer timer; // worker
        const Form form;
        const Reload reload;
    };
    [[nodiscard]] bool answers(const Content &content, const Reload &reload) const;
    void wake();
    [[nodiscard]] Content &at(Form form) { return m_contents[static_cast<std::size_t>(form)]; }
    [[nodiscard]] const Content &at(Form form) const { return m_contents[static_cast<std::size_t>(form)]; }

    const std::string m_secret;

    mutable std::mutex m_mutex; // guards all below
    std::array<Content, kFormCount> m_contents;
    std::vector<std::shared_ptr<Waiter>> m_waiters; // one a request under way at most
    std::array<std::optional<SteadyTime>, kFormCount> m_asked;
    SteadyTime m_lastAsked;
    std::deque<Beginning> m_beginnings;                              // of the newest segments
    std::optional<media::MediaTime> m_reached;
    WallTime m_broadcast{}; // that these are of
    std::unordered_map<std::size_t, SteadyTime> m_viewers;           // hash of address and user agent: last seen
};

} // namespace matinee::hls
