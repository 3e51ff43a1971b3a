#include "relay/push.h"

#include "flv/wire/tag_format.h"
#include "observe/log.h"

#include <boost/asio/as_tuple.hpp>

#include <random>

namespace matinee::relay {

using std::chrono::milliseconds;

namespace {

constexpr std::size_t kBatchBytes = std::size_t{256} << 10; // taken from the ring for one write; what is behind it can still be skipped
constexpr std::chrono::seconds kLongest{3600};              // of a sleep that something else ends

double chance()
{
    thread_local std::minstd_rand generator(std::random_device{}());
    return std::uniform_real_distribution<double>(0, 1)(generator);
}

std::chrono::system_clock::time_point wallClock()
{
    return std::chrono::system_clock::now();
}

} // namespace

/// One process from its start to its end, and the viewer that it is.
struct Push::Run final : live::Subscriber
{
    explicit Run(net::Worker &worker) : wake(worker.context()) {}
    void onFrames() override { wake.cancel(); }
    void onEnd(live::EndReason) override
    {
        streamEnded = true;
        wake.cancel();
    }

    asio::steady_timer wake; // rings when sendAll() or runOnce() has something to do
    std::unique_ptr<Child> child;
    std::string error;
    bool reached = false;  // the target has taken the connection
    bool over = false;     // the process has hung up
    bool heardAll = false; // listen() has returned
    bool streamEnded = false;
    std::uint64_t bytes = 0;
};

Push::Push(net::Worker &worker, Surroundings &around, std::string stream, StreamAddress address)
    : m_worker(worker), m_around(around), m_stream(std::move(stream)), m_address(std::move(address)), m_wake(worker.context())
{
}

void Push::start()
{
    m_around.active.fetch_add(1);
    m_worker.post([self = shared_from_this()]() mutable {
        auto &worker = self->m_worker;
        worker.spawn("push", live(std::move(self)));
    });
}

void Push::stop()
{
    m_stop = true;
    m_worker.post([self = shared_from_this()] {
        self->m_wake.cancel();
        if (self->m_child)
            self->m_child->hangUp();
    });
}

void Push::look()
{
    m_worker.post([self = shared_from_this()] { self->m_wake.cancel(); });
}

Task<void> Push::live(std::shared_ptr<Push> self)
{
    auto &push = *self;
    const auto sleep = [&push](milliseconds time) -> Task<void> {
        push.m_wake.expires_after(time);
        (void)co_await push.m_wake.async_wait(asio::as_tuple(asio::use_awaitable));
    };
    while (!push.m_stop) {
        if (!push.m_around.registry.isLive(push.m_stream)) {
            push.m_board.become(Condition::Idle, wallClock());
            co_await sleep(kLongest);
            continue;
        }
        const auto began = Clock::now();
        auto error = co_await push.runOnce();
        if (push.m_stop || error.empty())
            continue;
        const auto wait = push.m_backOff.next(std::chrono::duration_cast<milliseconds>(Clock::now() - began), chance());
        log::warn("relay", "Push of {} to {}: {} Next try in {} s.", push.m_stream, push.m_address.masked(), error,
                  (wait.count() + 500) / 1000);
        push.m_around.failures.add();
        push.m_board.wait(std::move(error), wallClock(), wait);
        const auto until = Clock::now() + wait;
        while (!push.m_stop && Clock::now() < until)
            co_await sleep(std::chrono::ceil<milliseconds>(until - Clock::now()));
    }
    push.m_board.become(Condition::Idle, wallClock());
    push.m_around.active.fetch_sub(1);
}

/// What went wrong; empty when the stream ended or it is to stop.
Task<std::string> Push::runOnce()
{
    const ProcessSlot slot(m_around);
    if (!slot.granted())
        co_return slot.refusal();
    auto subscription = co_await m_around.registry.subscribe(m_stream, std::string()); // nobody who watches
    if (!subscription)
        co_return m_around.registry.isLive(m_stream) ? subscription.error().message : std::string();
    m_board.become(Condition::Connecting, wallClock());
    const wire::Job job{wire::JobKind::Push, m_address.full(), m_around.allowedNetworks()};
    ChildOptions options;
    options.program = m_around.program;
    options.name = "Push of " + m_stream;
    options.redact = [address = m_address](std::string text) { return address.redact(std::move(text)); };
    auto child = Child::start(m_worker, job, std::move(options));
    if (!child)
        co_return child.error().message;
    const auto run = std::make_shared<Run>(m_worker);
    run->child = std::move(*child);
    m_child = run->child.get();
    m_worker.spawn("push", listen(shared_from_this(), run));
    auto &replica = (*subscription)->replica();
    replica.attach(*run);
    co_await sendAll(run, replica);
    replica.detach(*run);
    m_child = nullptr;
    run->child->hangUp();
    while (!run->heardAll) {
        run->wake.expires_after(kLongest);
        (void)co_await run->wake.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_await run->child->finish();
    if (m_stop || run->streamEnded)
        co_return std::string();
    co_return std::move(run->error);
}

Task<void> Push::sendAll(std::shared_ptr<Run> run, live::Replica &replica)
{
    const flv::TagFormat format;
    live::Cursor cursor;
    bool began = false;
    std::vector<media::SharedBytes> parts;
    while (!m_stop && !run->over && !run->streamEnded) {
        parts.clear();
        std::size_t bytes = 0;
        const auto add = [&](media::SharedBytes part) {
            bytes += part->size();
            parts.push_back(std::move(part));
        };
        if (run->reached && !replica.tracks().empty()) {
            if (!std::exchange(began, true))
                add(std::make_shared<const media::Bytes>(flv::preamble(replica.tracks())));
            while (bytes < kBatchBytes) {
                const auto next = replica.next(cursor, format);
                if (!next.frame)
                    break;
                if (next.trackChanged)
                    add(std::make_shared<const media::Bytes>(format.header(*next.frame)));
                add(next.encoded);
            }
        }
        if (parts.empty()) {
            run->wake.expires_after(kLongest);
            (void)co_await run->wake.async_wait(asio::as_tuple(asio::use_awaitable));
            continue;
        }
        parts.insert(parts.begin(), std::make_shared<const media::Bytes>(wire::mediaHead(bytes)));
        const bool sent = co_await run->child->send(parts);
        if (!sent)
            break;
    }
}

Task<void> Push::listen(std::shared_ptr<Push> self, std::shared_ptr<Run> run)
{
    for (;;) {
        auto messages = co_await run->child->receive();
        if (!messages) {
            if (run->error.empty())
                run->error = messages.error().message;
            break;
        }
        for (const auto &message : *messages)
            self->take(*run, message);
    }
    run->over = true;
    run->heardAll = true;
    run->child->hangUp(); // a send that waits returns
    run->wake.cancel();
}

void Push::take(Run &run, const wire::Message &message)
{
    if (const auto *const progress = std::get_if<wire::Progress>(&message)) {
        if (progress->bytes >= run.bytes)
            m_board.add(progress->bytes - run.bytes);
        run.bytes = progress->bytes;
    } else if (const auto *const state = std::get_if<wire::State>(&message); state && state->phase == wire::Phase::Running) {
        run.reached = true;
        m_board.become(Condition::Running, wallClock());
        run.wake.cancel();
    } else if (const auto *const failure = std::get_if<wire::Failure>(&message)) {
        run.error = m_address.redact(failure->text.empty() ? "The target failed." : failure->text);
    }
}

} // namespace matinee::relay
