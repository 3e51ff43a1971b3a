// Runs a coroutine to its end on a context of its own, on the calling thread, and gives what it returned.
// One co_spawn for all types: instantiated for each it costs a test more time of the compiler than all its cases.
#pragma once

#include "net/task.h"

#include <optional>
#include <utility>

namespace matinee::test {

/// Throws what the coroutine threw.
void awaitEnd(Task<void> task);

namespace detail {

template <class T> Task<void> keep(Task<T> task, std::optional<T> &result)
{
    result.emplace(co_await std::move(task));
}

} // namespace detail

template <class T> T await(Task<T> task)
{
    std::optional<T> result;
    awaitEnd(detail::keep(std::move(task), result));
    return std::move(*result);
}

} // namespace matinee::test
