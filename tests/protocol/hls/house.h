// A small server for protocol tests: two workers, registry, front door on a free loopback port, a gate that the test decides; and
// publishers that play frames in real time.
#pragma once

#include "http/front_door.h"
#include "live/gate.h"
#include "live/registry.h"
#include "net/connection_limits.h"
#include "net/listener.h"
#include "net/worker.h"
#include "tests/unit/mux/sample_stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace matinee::house {

using namespace std::chrono_literals;

/// Lets everybody in, save to the streams called private-...: those need the key "letmein", until it is revoked.
class OpenGate final : public live::Gate
{
public:
    Task<Result<std::string>> mayPublish(std::string key, std::string) override { co_return Result<std::string>(std::move(key)); }
    Task<Result<void>> mayPlay(std::string name, Caller caller, std::string) override
    {
        if (name.starts_with("private-") && (caller.keyId.empty() || m_isRevoked))
            co_return Result<void>(fail(ErrorCode::NotFound, "There is no stream named " + name + "."));
        co_return Result<void>();
    }
    std::unique_ptr<live::ViewerWatch> watch(live::Admitted viewer, std::function<void()> over) override
    {
        if (!viewer.name.starts_with("private-") || viewer.caller.keyId.empty())
            return nullptr;
        auto watch = std::make_unique<Watch>(std::move(over));
        const std::lock_guard lock(m_mutex);
        m_watched.emplace_back(net::Worker::current(), watch->over);
        return watch;
    }
    /// From any thread.
    void revoke()
    {
        m_isRevoked = true;
        const std::lock_guard lock(m_mutex);
        for (const auto &[worker, watched] : m_watched) {
            worker->post([weak = watched] {
                if (const auto over = weak.lock())
                    (*over)();
            });
        }
    }

private:
    struct Watch final : live::ViewerWatch
    {
        explicit Watch(std::function<void()> told) : over(std::make_shared<std::function<void()>>(std::move(told))) {}
        const std::shared_ptr<std::function<void()>> over;
    };

    std::atomic<bool> m_isRevoked{false};
    std::mutex m_mutex;
    std::vector<std::pair<net::Worker *, std::weak_ptr<std::function<void()>>>> m_watched; // guarded by m_mutex
};

inline Task<Result<Caller>> callerOf(const http::Request &request)
{
    Caller caller;
    const bool known = request.header("authorization") == "Bearer letmein" || request.queryValue("key") == "letmein";
    caller.keyId = known ? "test" : "";
    caller.address = request.clientAddress;
    co_return Result<Caller>(std::move(caller));
}

struct Answer
{
    int status = 0;
    std::string head; ///< In lower case, lines ended by \r\n.
    std::string body;
    [[nodiscard]] bool has(const std::string &line) const { return head.find("\r\n" + line + "\r\n") != std::string::npos; }
};

class House
{
public:
    House() : m_registry(m_workers, {}), m_router(std::make_shared<http::Router>()) {}
    ~House() { stop(); }
    /// Nothing runs any more; what it ran on is still there, for those whose timers stand on it.
    void stop()
    {
        if (std::exchange(m_stopped, true))
            return;
        if (m_listener)
            m_listener->stop();
        m_registry.drain();
        m_workers.stop();
    }

    /// After all routes have been added.
    void open(std::shared_ptr<net::TlsContext> tls = nullptr)
    {
        auto options = std::make_shared<http::FrontDoorOptions>();
        options->tls = std::move(tls);
        options->corsAllowedOrigins = {"https://player.example"};
        m_door = std::make_unique<http::FrontDoor>(m_workers, m_router, options);
        m_listener = std::make_unique<net::Listener>(m_workers, std::make_shared<net::ConnectionLimits>(), m_door->handler());
        const auto opened = m_listener->open({"http", "127.0.0.1", 0});
        EXPECT_TRUE(opened);
        m_workers.start();
        m_listener->start();
    }

    [[nodiscard]] std::uint16_t port() const { return m_listener->port(); }
    [[nodiscard]] std::string url(const std::string &path, const std::string &scheme = "http") const
    {
        return scheme + "://127.0.0.1:" + std::to_string(port()) + path;
    }
    net::WorkerPool &workers() { return m_workers; }
    live::Registry &registry() { return m_registry; }
    OpenGate &gate() { return m_gate; }
    http::Router &router() { return *m_router; }

    /// One request on a connection of its own, up to the end of the answer.
    Answer request(const std::string &method, const std::string &path, const std::string &headers = {})
    {
        asio::io_context context;
        asio::ip::tcp::socket socket(context);
        socket.connect({asio::ip::address_v4::loopback(), port()});
        asio::write(socket, asio::buffer(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + "\r\n"));
        std::string text;
        boost::system::error_code error;
        asio::read(socket, asio::dynamic_buffer(text), error);
        Answer answer;
        const auto end = text.find("\r\n\r\n");
        if (end == std::string::npos)
            return answer;
        answer.head = text.substr(0, end + 2);
        std::transform(answer.head.begin(), answer.head.end(), answer.head.begin(), [](unsigned char c) { return std::tolower(c); });
        answer.body = text.substr(end + 4);
        answer.status = std::atoi(answer.head.c_str() + std::string("http/1.1 ").size());
        return answer;
    }
    Answer get(const std::string &path, const std::string &headers = {}) { return request("GET", path, headers); }

private:
    net::WorkerPool m_workers{2};
    live::Registry m_registry;
    OpenGate m_gate;
    std::shared_ptr<http::Router> m_router;
    std::unique_ptr<http::FrontDoor> m_door;
    std::unique_ptr<net::Listener> m_listener;
    bool m_stopped = false;
};

/// Publishes a stream's frames in real time from a worker, until they are over or it is destroyed.
class Publisher
{
public:
    Publisher(House &house, std::string name, sample::Stream stream, std::size_t worker = 0)
    {
        auto ready = std::make_shared<std::promise<bool>>();
        auto done = std::make_shared<std::promise<void>>();
        m_done = done->get_future();
        auto &home = house.workers().at(worker);
        home.spawn("publisher", run(house.registry(), home, std::move(name), std::move(stream), m_stop, ready, done));
        EXPECT_TRUE(ready->get_future().get()) << "published";
    }
    ~Publisher() { stop(); }
    void stop()
    {
        *m_stop = true;
        wait();
    }
    /// Until all frames have been sent.
    void wait()
    {
        if (m_done.valid())
            m_done.get();
    }

private:
    static Task<void> run(live::Registry &registry, net::Worker &home, std::string name, sample::Stream stream,
                          std::shared_ptr<std::atomic<bool>> stop, std::shared_ptr<std::promise<bool>> ready,
                          std::shared_ptr<std::promise<void>> done)
    {
        auto publication = registry.publish(name, {"127.0.0.1", "test", "rtmp"}, home, [](const std::string &) {});
        ready->set_value(publication.has_value());
        if (publication) {
            std::set<media::TrackPtr> known;
            const auto start = std::chrono::steady_clock::now();
            asio::steady_timer timer(home.context());
            for (const auto &frame : stream.frames) {
                timer.expires_at(start + (frame->dts - stream.frames.front()->dts));
                (void)co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
                if (*stop)
                    break;
                if (known.insert(frame->track).second)
                    (*publication)->setTracks({known.begin(), known.end()});
                (*publication)->write({frame});
            }
            *publication = nullptr;
        }
        done->set_value();
    }

    std::shared_ptr<std::atomic<bool>> m_stop = std::make_shared<std::atomic<bool>>(false);
    std::future<void> m_done;
};

/// Looks again and again; false after `limit`.
template <class Condition> bool eventually(Condition condition, std::chrono::milliseconds limit = 10s)
{
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        std::this_thread::sleep_for(20ms);
    }
    return true;
}

} // namespace matinee::house
