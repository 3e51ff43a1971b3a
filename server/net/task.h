// The coroutine type of the data plane, and the short names of Asio used all over it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace matinee {

namespace asio = boost::asio;

/// Runs on the worker that spawned it. Expected failures are Results; an exception out of a Task is a defect, caught and
/// logged once at the coroutine root (net/worker.h, spawn).
template <class T = void> using Task = asio::awaitable<T>;

} // namespace matinee
