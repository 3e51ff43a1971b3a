// A relay process and the server's end of it: messages in and out, its standard error in our log, a watch on its silence, and its end.
// Owned by a pull or push for one run; everything on that one's worker.
#pragma once

#include "net/worker.h"
#include "relay/wire/message.h"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

namespace matinee::relay {

struct ChildOptions
{
    std::string program = "/proc/self/exe";
    std::string name;                               ///< For the log: "pull of cinema".
    std::function<std::string(std::string)> redact; ///< Over everything that the process says.
    std::chrono::milliseconds silence{30000};       ///< Without a message for so long it is given up.
    std::chrono::milliseconds patience{3000};       ///< From the word to stop until it is killed.
    bool lowPriority = false;                       ///< Streams go before it: a ladder by a little, pictures by all.
    bool isAwaited = false;                         ///< Somebody waits for its pictures: streams go before it by a little only.
};

class Child
{
public:
    /// Starts the process and gives it its job. From the worker's thread.
    [[nodiscard]] static Result<std::unique_ptr<Child>> start(net::Worker &worker, const wire::Job &job, ChildOptions options);
    ~Child(); ///< Kills what finish() has not ended.
    Child(const Child &) = delete;
    Child &operator=(const Child &) = delete;

    /// What came, at least one message. Unavailable when the process has hung up, fell silent, or says what no message is.
    [[nodiscard]] Task<Result<std::vector<wire::Message>>> receive();
    /// False when the process has hung up. One call at a time.
    [[nodiscard]] Task<bool> send(std::span<const media::SharedBytes> parts);
    /// Ends both directions: the process takes it as the word to stop, and receive() and send() return.
    void hangUp();
    /// Hangs up, waits, kills what does not go, and tells the log of a bad end. Call once, at last.
    [[nodiscard]] Task<void> finish();

    [[nodiscard]] pid_t process() const { return m_process; }

private:
    struct Log;
    Child(net::Worker &worker, pid_t process, int channel, std::shared_ptr<Log> log, ChildOptions options);
    void watch();
    [[nodiscard]] bool reap();
    static Task<void> readLog(std::shared_ptr<Log> log);

    // fixed at construction
    net::Worker &m_worker;
    const pid_t m_process;
    const ChildOptions m_options;
    const std::shared_ptr<Log> m_log;

    asio::local::stream_protocol::socket m_channel;
    asio::steady_timer m_watch;
    wire::Reader m_reader;
    std::vector<std::uint8_t> m_buffer;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true); // told to timers that outlive this
    bool m_silent = false;
    bool m_hungUp = false;
    bool m_killed = false;
    bool m_reaped = false;
};

} // namespace matinee::relay
