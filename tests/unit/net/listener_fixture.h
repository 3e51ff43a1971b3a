// A listener on a free loopback port with a handler given by the test.
#pragma once

#include "net/connection_limits.h"
#include "net/listener.h"
#include "tests/unit/net/loopback_client.h"

#include <gtest/gtest.h>

#include <future>

namespace matinee::test {

class ListenerFixture
{
public:
    explicit ListenerFixture(net::Listener::Handler handler, std::size_t workers = 2, observe::Metrics *metrics = nullptr)
        : limits(std::make_shared<net::ConnectionLimits>(metrics)), pool(workers), listener(pool, limits, std::move(handler))
    {
        const auto opened = listener.open({"http", "127.0.0.1", 0});
        EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().message);
        pool.start();
        listener.start();
    }
    ~ListenerFixture()
    {
        listener.stop();
        pool.stop();
    }
    [[nodiscard]] std::uint16_t port() const { return listener.port(); }

    std::shared_ptr<net::ConnectionLimits> limits;
    net::WorkerPool pool;
    net::Listener listener;
};

/// The value of a promise that a handler keeps, or a failed test after five seconds.
template <class T> T within(std::future<T> future)
{
    if (future.wait_for(LoopbackClient::kPatience) == std::future_status::ready)
        return future.get();
    ADD_FAILURE() << "nothing happened within the time";
    if constexpr (!std::is_void_v<T>)
        return T{};
}

} // namespace matinee::test
