// An HTTP exchange without a connection: a request goes in, the response is kept.
#pragma once

#include "http/exchange.h"
#include "http/router.h"
#include "net/worker.h"
#include "tests/unit/api/test_support.h"

namespace matinee::api {

class FakeExchange : public http::Exchange
{
public:
    explicit FakeExchange(http::Request request) : m_request(std::move(request)) {}

    [[nodiscard]] const http::Request &request() const override { return m_request; }
    [[nodiscard]] net::Worker &worker() override { return m_worker; }
    Task<void> respond(http::Response answer) override
    {
        ++answers;
        response = std::move(answer);
        co_return;
    }
    Task<net::Connection *> respondRaw(http::Response) override { co_return nullptr; }
    Task<http::WebSocket *> acceptWebSocket(std::size_t) override { co_return nullptr; }
    Task<net::Connection *> acceptRawWebSocket() override { co_return nullptr; }
    void continueWith(std::unique_ptr<http::Continuation>) override {}
    std::unique_ptr<net::Connection> detach(std::vector<std::uint8_t> &) override { return nullptr; }

    [[nodiscard]] std::string header(std::string_view name) const
    {
        for (const auto &[key, value] : response.headers) {
            if (key == name)
                return value;
        }
        return {};
    }

    http::Response response;
    int answers = 0;

private:
    http::Request m_request;
    net::Worker m_worker{0};
};

/// Asks the router as the HTTP session does.
inline std::unique_ptr<FakeExchange> ask(const http::Router &router, http::Method method, std::string path, std::string query = {},
                                         std::string body = {}, std::string authorization = {})
{
    http::Request request;
    request.method = method;
    request.path = path;
    request.query = std::move(query);
    request.body = std::move(body);
    request.clientAddress = "192.0.2.1";
    request.requestId = "req-1";
    if (!request.body.empty())
        request.headers.emplace_back("content-type", "application/json");
    if (!authorization.empty())
        request.headers.emplace_back("authorization", std::move(authorization));
    const auto match = router.find(method, path);
    if (!match.handler)
        return nullptr;
    request.parameters = match.parameters;
    auto exchange = std::make_unique<FakeExchange>(std::move(request));
    asio::io_context context;
    asio::co_spawn(context, (*match.handler)(*exchange), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    });
    context.run();
    return exchange;
}

} // namespace matinee::api
