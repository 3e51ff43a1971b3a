#include "tests/support/await.h"

#include <boost/asio/io_context.hpp>

#include <exception>
#include <stdexcept>

namespace matinee::test {

void awaitEnd(Task<void> task)
{
    asio::io_context context;
    bool ended = false;
    std::exception_ptr failure;
    asio::co_spawn(context, std::move(task), [&](std::exception_ptr thrown) {
        failure = std::move(thrown);
        ended = true;
    });
    context.run();
    if (failure)
        std::rethrow_exception(failure);
    if (!ended)
        throw std::logic_error("the coroutine waits for something that nobody does");
}

} // namespace matinee::test
