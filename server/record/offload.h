// Runs what blocks (disk) on threads that may block, and comes back to the worker that awaited it.
#pragma once

#include "net/task.h"

#include <boost/asio/thread_pool.hpp>

#include <type_traits>
#include <utility>

namespace matinee::record {

template <class Work> Task<std::invoke_result_t<Work &>> offload(asio::thread_pool &threads, Work work)
{
    // The closure travels as a parameter, not as a capture: it lives in the coroutine's frame on the other thread.
    auto job = [](Work own) -> Task<std::invoke_result_t<Work &>> { co_return own(); }(std::move(work));
    co_return co_await asio::co_spawn(threads, std::move(job), asio::use_awaitable);
}

} // namespace matinee::record
