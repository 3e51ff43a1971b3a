#include "relay/child.h"

#include "observe/log.h"
#include "relay/log_lines.h"
#include "relay/spawn.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/write.hpp>

#include <cerrno>
#include <csignal>

#include <sys/wait.h>

namespace matinee::relay {

namespace {

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::chrono::milliseconds kReapEvery{20};
constexpr std::size_t kMaxVectors = 64; // of one gather write

} // namespace

/// The reading end of standard error; a coroutine of its own keeps it until the process has closed it.
struct Child::Log
{
    Log(net::Worker &worker, int descriptor, std::string area, std::function<std::string(std::string)> mask)
        : pipe(worker.context(), descriptor), name(std::move(area)), redact(std::move(mask))
    {
    }
    asio::posix::stream_descriptor pipe;
    const std::string name;
    const std::function<std::string(std::string)> redact;
    LogLines lines;
};

Result<std::unique_ptr<Child>> Child::start(net::Worker &worker, const wire::Job &job, ChildOptions options)
{
    const auto spawned = spawnChild(options.program);
    if (!spawned)
        return spawned.error();
    if (options.lowPriority)
        setCourtesy(spawned->process,
                    job.kind == wire::JobKind::Pictures && !options.isAwaited ? Courtesy::OnlyIfIdle : Courtesy::GivesWay);
    auto log = std::make_shared<Log>(worker, spawned->log, options.name, options.redact);
    worker.spawn("relay log", readLog(log));
    std::unique_ptr<Child> child(new Child(worker, spawned->process, spawned->channel, std::move(log), std::move(options)));
    media::Bytes bytes;
    wire::write(bytes, job);
    // At most some kilobytes into the empty buffer of a fresh socket: this does not block.
    boost::system::error_code error;
    asio::write(child->m_channel, asio::buffer(bytes), error);
    if (error)
        return fail(ErrorCode::Unavailable, "A relay process ended before it had its job.");
    child->m_channel.non_blocking(true, error);
    child->watch();
    return child;
}

Child::Child(net::Worker &worker, pid_t process, int channel, std::shared_ptr<Log> log, ChildOptions options)
    : m_worker(worker),
      m_process(process),
      m_options(std::move(options)),
      m_log(std::move(log)),
      m_channel(worker.context(), asio::local::stream_protocol(), channel),
      m_watch(worker.context()),
      m_buffer(kReadBytes)
{
}

Child::~Child()
{
    if (m_reaped)
        return;
    ::kill(m_process, SIGKILL); // not reaped, so the number is still its own
    while (::waitpid(m_process, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void Child::watch()
{
    m_watch.expires_after(m_options.silence);
    m_watch.async_wait([this, alive = std::weak_ptr(m_alive)](const boost::system::error_code &error) {
        if (error || alive.expired() || m_watch.expiry() > asio::steady_timer::clock_type::now())
            return;
        m_silent = true;
        hangUp();
    });
}

Task<Result<std::vector<wire::Message>>> Child::receive()
{
    using Answer = Result<std::vector<wire::Message>>;
    for (;;) {
        const auto [error, count] = co_await m_channel.async_read_some(asio::buffer(m_buffer), asio::as_tuple(asio::use_awaitable));
        if (m_silent)
            co_return Answer(fail(ErrorCode::Unavailable,
                                  "The relay process did nothing for " + std::to_string(m_options.silence.count() / 1000) + " s."));
        if (error)
            co_return Answer(fail(ErrorCode::Unavailable, "The relay process ended."));
        auto messages = m_reader.feed(std::span(m_buffer).first(count));
        if (!messages)
            co_return Answer(fail(ErrorCode::Unavailable, "The relay process sent " + std::string(wire::describe(messages.error())) + "."));
        watch();
        if (!messages->empty())
            co_return Answer(std::move(*messages));
    }
}

Task<bool> Child::send(std::span<const media::SharedBytes> parts)
{
    while (!parts.empty() && !m_hungUp) {
        const auto now = parts.first(std::min(parts.size(), kMaxVectors));
        std::vector<asio::const_buffer> buffers;
        for (const auto &part : now)
            buffers.emplace_back(part->data(), part->size());
        const auto [error, count] = co_await asio::async_write(m_channel, buffers, asio::as_tuple(asio::use_awaitable));
        if (error)
            co_return false;
        parts = parts.subspan(now.size());
    }
    co_return !m_hungUp;
}

void Child::hangUp()
{
    if (std::exchange(m_hungUp, true))
        return;
    boost::system::error_code ignored;
    m_channel.shutdown(asio::local::stream_protocol::socket::shutdown_both, ignored);
}

bool Child::reap()
{
    int status = 0;
    const auto ended = ::waitpid(m_process, &status, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR))
        return false;
    m_reaped = true;
    if (ended == m_process && WIFSIGNALED(status) && !m_killed)
        log::warn("relay", "{}: the relay process was ended by signal {}.", m_options.name, WTERMSIG(status));
    return true;
}

Task<void> Child::finish()
{
    hangUp();
    m_watch.cancel();
    asio::steady_timer timer(m_worker.context());
    const auto until = std::chrono::steady_clock::now() + m_options.patience;
    while (!reap()) {
        if (!m_killed && std::chrono::steady_clock::now() >= until) {
            log::warn("relay", "{}: the relay process did not stop within {} ms and was killed.", m_options.name,
                      m_options.patience.count());
            m_killed = true;
            ::kill(m_process, SIGKILL);
        }
        timer.expires_after(kReapEvery);
        (void)co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (const auto more = m_log->lines.leftOut(); more > 0)
        log::info("relay", "{}: {} more lines of its log were left out.", m_options.name, more);
}

Task<void> Child::readLog(std::shared_ptr<Log> log)
{
    std::array<char, 2048> buffer{};
    for (;;) {
        const auto [error, count] = co_await log->pipe.async_read_some(asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
        if (error)
            co_return;
        for (auto &line : log->lines.feed(std::string_view(buffer.data(), count)))
            log::info("relay", "{}: {}", log->name, log->redact ? log->redact(std::move(line)) : line);
    }
}

} // namespace matinee::relay
