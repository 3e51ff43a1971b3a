// For tests with real relay processes: a worker to run coroutines on, and a look at a process from outside.
#pragma once

#include "relay/child.h"

#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <memory>
#include <string>

namespace matinee::relay {

class ProcessTest : public testing::Test
{
protected:
    ProcessTest() { workers.start(); }
    ~ProcessTest() override { workers.stop(); }

    /// Runs the coroutine that `make` gives on a worker, to its end.
    template <class Make> void onWorker(Make make)
    {
        auto done = std::make_shared<std::promise<void>>();
        auto future = done->get_future();
        workers.at(0).post([this, make, done] {
            workers.at(0).spawn("test", [](Make inner, std::shared_ptr<std::promise<void>> promise) -> Task<void> {
                co_await inner();
                promise->set_value();
            }(make, done));
        });
        ASSERT_EQ(future.wait_for(std::chrono::seconds(60)), std::future_status::ready);
    }
    net::WorkerPool workers{1};
};

/// One of the process's limits, as the kernel says it ("Max open files").
inline std::string limitOf(pid_t process, const std::string &name)
{
    std::ifstream file("/proc/" + std::to_string(process) + "/limits");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with(name))
            continue;
        const auto begin = line.find_first_not_of(' ', name.size());
        return line.substr(begin, line.find(' ', begin) - begin);
    }
    return {};
}

} // namespace matinee::relay
