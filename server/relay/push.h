// Sends one of our streams to a foreign RTMP server whenever it is live: a cursor into the replica like any viewer, its FLV (encoded once
// for all) to a relay process, tried again when it fails. Shared by Relays and its own coroutine; lives on one worker.
#pragma once

#include "relay/address.h"
#include "relay/back_off.h"
#include "relay/child.h"
#include "relay/status.h"
#include "relay/surroundings.h"

#include <atomic>
#include <memory>
#include <string>

namespace matinee::relay {

class Push : public std::enable_shared_from_this<Push>
{
public:
    Push(net::Worker &worker, Surroundings &around, std::string stream, StreamAddress address);

    // any thread
    void start();
    void stop();
    /// The stream went live, ended, or may have.
    void look();
    [[nodiscard]] Status status() const { return m_board.read(); }
    [[nodiscard]] const StreamAddress &address() const { return m_address; }
    [[nodiscard]] const std::string &stream() const { return m_stream; }

private:
    using Clock = std::chrono::steady_clock;
    struct Run;

    static Task<void> live(std::shared_ptr<Push> self);
    Task<std::string> runOnce();
    Task<void> sendAll(std::shared_ptr<Run> run, live::Replica &replica);
    static Task<void> listen(std::shared_ptr<Push> self, std::shared_ptr<Run> run);
    void take(Run &run, const wire::Message &message);

    // fixed at construction
    net::Worker &m_worker;
    Surroundings &m_around;
    const std::string m_stream;
    const StreamAddress m_address;

    // worker
    asio::steady_timer m_wake;
    BackOff m_backOff;
    Child *m_child = nullptr; // of the run that is on

    // any thread
    StatusBoard m_board;
    std::atomic<bool> m_stop{false};
};

} // namespace matinee::relay
