// Real processes: this program started once more as a relay process, as the server does with itself.
#include "relay/child_main.h"
#include "relay/relays.h"
#include "relay/spawn.h"
#include "tests/unit/relay/processes.h"

#include "common/protocol/error.h"

#include <boost/asio/ip/tcp.hpp>
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <unistd.h>

namespace matinee::relay {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class ChildTest : public ProcessTest
{
};

std::vector<std::string> lines(const std::string &path)
{
    std::ifstream file(path);
    std::vector<std::string> all;
    for (std::string line; std::getline(file, line);)
        all.push_back(line);
    return all;
}

bool gone(pid_t process)
{
    return ::kill(process, 0) != 0;
}

/// Everything that the process says until it hangs up.
Task<std::vector<wire::Message>> hear(Child &child)
{
    std::vector<wire::Message> all;
    for (;;) {
        auto messages = co_await child.receive();
        if (!messages)
            co_return all;
        all.insert(all.end(), messages->begin(), messages->end());
    }
}

TEST_F(ChildTest, ASourceOnLoopbackIsForbiddenUnlessItIsAllowed)
{
    onWorker([this]() -> Task<void> {
        for (const bool allowed : {false, true}) {
            wire::Job job{wire::JobKind::Pull, "http://127.0.0.1:9/none.flv", {}};
            if (allowed)
                job.allowedNetworks = {"127.0.0.0/8"};
            auto child = Child::start(workers.at(0), job, {});
            EXPECT_TRUE(child);
            const auto messages = co_await hear(**child);
            EXPECT_FALSE(messages.empty());
            const auto *const failure = messages.empty() ? nullptr : std::get_if<wire::Failure>(&messages.back());
            EXPECT_NE(failure, nullptr);
            if (failure) {
                EXPECT_EQ(failure->reason, allowed ? wire::Reason::Unreachable : wire::Reason::Forbidden) << failure->text;
                EXPECT_EQ(failure->text.find("relay.allow_addresses") == std::string::npos, allowed) << failure->text;
            }
            const auto process = (*child)->process();
            co_await (*child)->finish();
            EXPECT_TRUE(gone(process));
        }
    });
}

TEST_F(ChildTest, NoWayLeadsToFilesOrUdp)
{
    onWorker([this]() -> Task<void> {
        const std::vector<std::string> addresses = {"file:///etc/passwd",
                                                    "/etc/passwd",
                                                    "concat:/etc/passwd",
                                                    "udp://127.0.0.1:9",
                                                    "data:text/plain,x",
                                                    "subfile,,start,0,end,9,,:/etc/passwd",
                                                    "pipe:0",
                                                    "crypto:/etc/passwd",
                                                    "unix:/run/docker.sock",
                                                    "tcp://127.0.0.1:9"};
        for (const auto &address : addresses) {
            const wire::Job job{wire::JobKind::Pull, address, {}};
            auto child = Child::start(workers.at(0), job, {});
            EXPECT_TRUE(child);
            const auto messages = co_await hear(**child);
            const auto *const failure = messages.empty() ? nullptr : std::get_if<wire::Failure>(&messages.back());
            EXPECT_NE(failure, nullptr) << address;
            co_await (*child)->finish();
        }
    });
}

TEST_F(ChildTest, TheProcessHoldsNoRightsNoSecretsAndNoDescriptorsOfOurs)
{
    ::setenv("MATINEE_JWT_SECRET", "topsecret", 1);
    ::setenv("http_proxy", "http://127.0.0.1:3128", 1);
    const int ours = ::open("/dev/null", O_RDONLY); // not closed on exec
    onWorker([this]() -> Task<void> {
        // A port of loopback that accepts and says nothing keeps the process waiting while it is looked at.
        asio::ip::tcp::acceptor acceptor(workers.at(0).context(), {asio::ip::address_v4::loopback(), 0});
        const auto address = "http://user:topsecret@127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/live.flv";
        const wire::Job job{wire::JobKind::Pull, address, {"loopback"}};
        auto child = Child::start(workers.at(0), job, {});
        EXPECT_TRUE(child);
        auto first = co_await (*child)->receive();
        EXPECT_TRUE(first);
        const auto folder = "/proc/" + std::to_string((*child)->process());
        std::string all;
        for (const char *file : {"/cmdline", "/environ"}) {
            std::ifstream content(folder + file);
            all.append(std::istreambuf_iterator<char>(content), {});
        }
        EXPECT_THAT(all, HasSubstr(kChildCommand));
        EXPECT_THAT(all, Not(HasSubstr("topsecret")));
        EXPECT_THAT(all, Not(HasSubstr("http_proxy")));
        EXPECT_THAT(lines(folder + "/status"), testing::Contains("NoNewPrivs:\t1"));
        std::string limits;
        for (const auto &line : lines(folder + "/limits"))
            limits += line + "\n";
        EXPECT_THAT(limits, testing::ContainsRegex("Max core file size +0 +0 "));
        EXPECT_THAT(limits, testing::ContainsRegex("Max file size +0 +0 "));
        EXPECT_THAT(limits, testing::ContainsRegex("Max open files +64 +64 "));
        std::size_t descriptors = 0;
        for (const auto &entry : std::filesystem::directory_iterator(folder + "/fd"))
            descriptors += entry.path().empty() ? 0 : 1;
        EXPECT_LE(descriptors, 6U); // 0 to 3, and its connection
        co_await (*child)->finish();
    });
    ::close(ours);
    ::unsetenv("MATINEE_JWT_SECRET");
    ::unsetenv("http_proxy");
}

TEST_F(ChildTest, AProcessThatDoesNotStopIsKilled)
{
    onWorker([this]() -> Task<void> {
        asio::ip::tcp::acceptor acceptor(workers.at(0).context(), {asio::ip::address_v4::loopback(), 0});
        const wire::Job job{
            wire::JobKind::Pull, "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/", {"loopback"}};
        ChildOptions options;
        options.patience = 100ms;
        auto child = Child::start(workers.at(0), job, std::move(options));
        EXPECT_TRUE(child);
        auto first = co_await (*child)->receive();
        EXPECT_TRUE(first);
        const auto process = (*child)->process();
        ::kill(process, SIGSTOP); // deaf to everything but SIGKILL
        co_await (*child)->finish();
        EXPECT_TRUE(gone(process));
    });
}

TEST_F(ChildTest, ASilentProcessIsGivenUp)
{
    onWorker([this]() -> Task<void> {
        asio::ip::tcp::acceptor acceptor(workers.at(0).context(), {asio::ip::address_v4::loopback(), 0});
        const wire::Job job{
            wire::JobKind::Pull, "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/", {"loopback"}};
        ChildOptions options;
        options.silence = 1500ms;
        options.patience = 100ms;
        auto child = Child::start(workers.at(0), job, std::move(options));
        EXPECT_TRUE(child);
        auto first = co_await (*child)->receive();
        EXPECT_TRUE(first);
        ::kill((*child)->process(), SIGSTOP);
        auto second = co_await (*child)->receive();
        EXPECT_FALSE(second);
        EXPECT_THAT(second ? "" : second.error().message, HasSubstr("did nothing"));
        co_await (*child)->finish();
    });
}

TEST_F(ChildTest, AProcessWhoseServerIsGoneEnds)
{
    pid_t process = -1;
    onWorker([this, &process]() -> Task<void> {
        asio::ip::tcp::acceptor acceptor(workers.at(0).context(), {asio::ip::address_v4::loopback(), 0});
        const wire::Job job{
            wire::JobKind::Pull, "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/", {"loopback"}};
        auto child = Child::start(workers.at(0), job, {});
        EXPECT_TRUE(child);
        auto first = co_await (*child)->receive();
        EXPECT_TRUE(first);
        process = (*child)->process();
        // and the Child is destroyed without a finish
    });
    EXPECT_TRUE(gone(process));
}

TEST_F(ChildTest, AProgramThatIsNotThereIsSaidSo)
{
    onWorker([this]() -> Task<void> {
        ChildOptions options;
        options.program = "/nonexistent/matinee";
        const wire::Job job{wire::JobKind::Pull, "http://192.0.2.1/", {}};
        const auto child = Child::start(workers.at(0), job, std::move(options));
        EXPECT_FALSE(child);
        EXPECT_THAT(child ? "" : child.error().message, HasSubstr("could not be started"));
        co_return;
    });
}

} // namespace
} // namespace matinee::relay

int main(int argc, char **argv)
{
    if (argc == 2 && std::string_view(argv[1]) == matinee::relay::kChildCommand)
        return matinee::relay::childMain();
    testing::InitGoogleMock(&argc, argv);
    return RUN_ALL_TESTS();
}
