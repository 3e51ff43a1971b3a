#include "net/http_client.h"

#include <arpa/inet.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <thread>

namespace matinee::net {
namespace {

/// Answers each connection with the same bytes, and keeps what it was asked.
class CannedServer
{
public:
    explicit CannedServer(std::string answer, bool keepsOpen = false) : m_answer(std::move(answer)), m_keepsOpen(keepsOpen)
    {
        m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::bind(m_listener, reinterpret_cast<sockaddr *>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(m_listener, 8), 0);
        socklen_t size = sizeof address;
        EXPECT_EQ(::getsockname(m_listener, reinterpret_cast<sockaddr *>(&address), &size), 0);
        m_port = ntohs(address.sin_port);
        m_thread = std::thread([this] { serve(); });
    }
    ~CannedServer()
    {
        ::shutdown(m_listener, SHUT_RDWR);
        m_thread.join();
        ::close(m_listener);
        for (const int open : m_open)
            ::close(open);
    }
    [[nodiscard]] std::string address(const std::string &host = "127.0.0.1") const
    {
        return "http://" + host + ":" + std::to_string(m_port);
    }
    [[nodiscard]] int connections() const { return m_connections; }
    [[nodiscard]] std::string asked() ///< Once its answer was read.
    {
        const std::lock_guard lock(m_mutex);
        return m_asked;
    }

private:
    void serve()
    {
        for (;;) {
            const int client = ::accept(m_listener, nullptr, nullptr);
            if (client < 0)
                return;
            ++m_connections;
            char buffer[4096];
            std::string asked;
            while (asked.find("\r\n\r\n") == std::string::npos || (asked.starts_with("POST") && !asked.ends_with("end"))) {
                const auto count = ::recv(client, buffer, sizeof buffer, 0);
                if (count <= 0)
                    break;
                asked.append(buffer, static_cast<std::size_t>(count));
            }
            {
                const std::lock_guard lock(m_mutex);
                m_asked = asked;
            }
            (void)::send(client, m_answer.data(), m_answer.size(), MSG_NOSIGNAL);
            if (m_keepsOpen)
                m_open.push_back(client);
            else
                ::close(client);
        }
    }

    const std::string m_answer;
    const bool m_keepsOpen;
    int m_listener = -1;
    std::uint16_t m_port = 0;
    std::atomic<int> m_connections{0};
    std::mutex m_mutex;
    std::string m_asked; // guarded by m_mutex
    std::vector<int> m_open;
    std::thread m_thread;
};

HttpClientOptions loopbackAllowed()
{
    const std::vector<std::string> networks{"loopback"};
    HttpClientOptions options;
    options.allowed = *AddressList::parse(networks);
    return options;
}

Result<HttpAnswer> fetch(HttpClient &client, HttpRequest request)
{
    asio::io_context context;
    std::optional<Result<HttpAnswer>> result;
    auto task = [&]() -> Task<void> { result.emplace(co_await client.fetch(std::move(request))); };
    asio::co_spawn(context, task, [](const std::exception_ptr &thrown) {
        if (thrown)
            std::rethrow_exception(thrown);
    });
    context.run();
    return std::move(*result);
}
Result<HttpAnswer> fetch(HttpClient &client, const std::string &address)
{
    HttpRequest request;
    request.address = address;
    return fetch(client, std::move(request));
}
ErrorCode codeOf(const Result<HttpAnswer> &result)
{
    EXPECT_FALSE(result) << result->body;
    return result ? ErrorCode::Internal : result.error().code;
}

TEST(HttpClient, GivesWhatTheServerAnswersWhateverItsStatus)
{
    observe::Metrics metrics;
    CannedServer server("HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello");
    HttpClient client(loopbackAllowed(), &metrics);
    HttpRequest request;
    request.address = server.address() + "/x?secret=1";
    request.headers.emplace_back("Accept", "application/json");
    const auto answer = fetch(client, std::move(request));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 404);
    EXPECT_EQ(answer->body, "hello");
    EXPECT_THAT(server.asked(), testing::HasSubstr("GET /x?secret=1 HTTP/1.1"));
    EXPECT_THAT(server.asked(), testing::HasSubstr("Accept: application/json"));
    EXPECT_THAT(metrics.text(), testing::HasSubstr("matinee_http_client_requests_total{outcome=\"status\"} 1"));
}

TEST(HttpClient, Posts)
{
    CannedServer server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    HttpClient client(loopbackAllowed(), nullptr);
    HttpRequest request;
    request.isPost = true;
    request.address = server.address();
    request.body = "a=1&b=end";
    const auto answer = fetch(client, std::move(request));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "ok");
    EXPECT_THAT(server.asked(), testing::EndsWith("\r\n\r\na=1&b=end"));
}

TEST(HttpClient, CallsInnerAddressesOnlyWhereTheyWereNamed)
{
    CannedServer server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    HttpClient client({}, nullptr);
    const std::string port = server.address().substr(server.address().rfind(':'));
    // The address counts that is connected to, and not how it is written.
    for (const std::string host : {"127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]"}) {
        const auto refused = fetch(client, "http://" + host + port + "/?token=secret");
        EXPECT_EQ(codeOf(refused), ErrorCode::PermissionDenied) << host;
        EXPECT_EQ(refused.error().message.find("secret"), std::string::npos);
        EXPECT_EQ(codeOf(fetch(client, "https://" + host + port)), ErrorCode::PermissionDenied) << host;
    }
    EXPECT_EQ(server.connections(), 0);
    client.setOptions(loopbackAllowed());
    EXPECT_TRUE(fetch(client, server.address("localhost")));
}

TEST(HttpClient, GoesWithoutTlsOnlyToNamedAddresses)
{
    HttpClient client(loopbackAllowed(), nullptr);
    const auto refused = fetch(client, "http://198.41.0.4:9/"); // never connected to
    EXPECT_EQ(codeOf(refused), ErrorCode::PermissionDenied);
    EXPECT_THAT(refused.error().message, testing::HasSubstr("without https"));
}

TEST(HttpClient, DoesNotFollowRedirects)
{
    CannedServer inner("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno");
    CannedServer server("HTTP/1.1 302 Found\r\nLocation: " + inner.address() + "/\r\nContent-Length: 0\r\n\r\n");
    HttpClient client(loopbackAllowed(), nullptr);
    const auto answer = fetch(client, server.address());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 302);
    EXPECT_EQ(inner.connections(), 0);
}

TEST(HttpClient, OtherSchemesAreNoAddresses)
{
    HttpClient client(loopbackAllowed(), nullptr);
    for (const char *address : {"file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "127.0.0.1", "", "HTTPS://127.0.0.1"})
        EXPECT_EQ(codeOf(fetch(client, address)), ErrorCode::InvalidArgument) << address;
    HttpRequest broken;
    broken.address = "http://127.0.0.1:9/";
    broken.headers.emplace_back("X", "a\r\nHost: evil.example");
    EXPECT_EQ(codeOf(fetch(client, std::move(broken))), ErrorCode::InvalidArgument);
}

TEST(HttpClient, TakesNoMoreThanItWasTold)
{
    HttpClient client(loopbackAllowed(), nullptr);
    CannedServer told("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n12345678901");
    CannedServer endless("HTTP/1.1 200 OK\r\n\r\n" + std::string(100'000, 'x'));
    CannedServer headers("HTTP/1.1 200 OK\r\nX: " + std::string(HttpClient::kMostHeaderBytes, 'x') + "\r\nContent-Length: 0\r\n\r\n");
    for (const CannedServer *server : {&told, &endless, &headers}) {
        HttpRequest request;
        request.address = server->address();
        request.mostBytes = 10;
        EXPECT_EQ(codeOf(fetch(client, std::move(request))), ErrorCode::PayloadTooLarge);
    }
    HttpRequest enough;
    enough.address = told.address();
    enough.mostBytes = 11;
    EXPECT_TRUE(fetch(client, std::move(enough)));
}

TEST(HttpClient, NobodyThereIsUnavailable)
{
    std::string address;
    {
        const CannedServer gone("");
        address = gone.address();
    }
    HttpClient client(loopbackAllowed(), nullptr);
    EXPECT_EQ(codeOf(fetch(client, address)), ErrorCode::Unavailable);
    const CannedServer silent("");
    EXPECT_EQ(codeOf(fetch(client, silent.address())), ErrorCode::Unavailable);
}

TEST(HttpClient, EndsWhileAServerKeepsItWaiting)
{
    CannedServer slow("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1", true);
    auto client = std::make_unique<HttpClient>(loopbackAllowed(), nullptr);
    asio::io_context context;
    std::optional<Result<HttpAnswer>> result;
    auto task = [&]() -> Task<void> {
        HttpRequest request;
        request.address = slow.address();
        result.emplace(co_await client->fetch(std::move(request)));
    };
    asio::co_spawn(context, task, asio::detached);
    context.poll();
    while (slow.connections() == 0)
        std::this_thread::yield();
    client.reset();
    context.run();
    ASSERT_TRUE(result);
    EXPECT_EQ(codeOf(*result), ErrorCode::Unavailable);
}

} // namespace
} // namespace matinee::net
