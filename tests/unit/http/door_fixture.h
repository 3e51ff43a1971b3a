// A whole front door on a free loopback port, and a reader of answers.
#pragma once

#include "http/front_door.h"
#include "net/connection_limits.h"
#include "tests/unit/net/loopback_client.h"

#include <gtest/gtest.h>

#include <future>
#include <map>

namespace matinee::test {

struct Reply
{
    int status = 0;
    std::map<std::string, std::string> headers; ///< Names as sent.
    std::string body;
    [[nodiscard]] std::string operator[](const std::string &name) const
    {
        const auto found = headers.find(name);
        return found == headers.end() ? "" : found->second;
    }
};

/// The next answer on the connection; status 0 where none came. `noBody` for answers to HEAD.
inline Reply readReply(LoopbackClient &client, bool noBody = false, std::chrono::milliseconds patience = LoopbackClient::kPatience)
{
    Reply reply;
    std::string head = client.readUntil("\r\n\r\n", patience);
    if (!head.ends_with("\r\n\r\n") || !head.starts_with("HTTP/1.1 "))
        return reply;
    reply.status = std::stoi(head.substr(9, 3));
    for (std::size_t at = head.find("\r\n") + 2; head.compare(at, 2, "\r\n") != 0;) {
        const auto end = head.find("\r\n", at);
        const auto colon = head.find(": ", at);
        reply.headers[head.substr(at, colon - at)] = head.substr(colon + 2, end - colon - 2);
        at = end + 2;
    }
    if (const auto length = reply["Content-Length"]; !length.empty() && !noBody)
        reply.body = client.readExactly(std::stoul(length), patience);
    return reply;
}

class Door
{
public:
    explicit Door(const std::function<void(http::Router &)> &routes, const std::function<void(http::FrontDoorOptions &)> &change = {},
                  http::FrontDoor::GrpcHandover grpc = {}, std::size_t workers = 1)
        : pool(workers)
    {
        auto router = std::make_shared<http::Router>();
        routes(*router);
        auto options = std::make_shared<http::FrontDoorOptions>();
        options->lingerTimeout = std::chrono::milliseconds(200);
        if (change)
            change(*options);
        limits = std::make_shared<net::ConnectionLimits>(&metrics);
        door = std::make_unique<http::FrontDoor>(pool, router, options, std::move(grpc), &metrics);
        listener = std::make_unique<net::Listener>(pool, limits, door->handler());
        const auto opened = listener->open({"http", "127.0.0.1", 0});
        EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().message);
        pool.start();
        listener->start();
    }
    ~Door()
    {
        listener->stop();
        pool.stop();
    }
    [[nodiscard]] std::uint16_t port() const { return listener->port(); }

    Reply ask(std::string_view request)
    {
        LoopbackClient client(port());
        client.send(request);
        return readReply(client, request.starts_with("HEAD"));
    }
    Reply get(const std::string &path, const std::string &fields = {})
    {
        return ask("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
    }

    void change(const std::function<void(http::FrontDoorOptions &)> &edit)
    {
        auto options = std::make_shared<http::FrontDoorOptions>(*door->options());
        edit(*options);
        door->setOptions(options);
    }

    /// Waits for the counter line; counters are written when a connection ends, which a client does not see to the microsecond.
    [[nodiscard]] bool counted(const std::string &line, std::chrono::milliseconds patience = std::chrono::seconds(3))
    {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (metrics.text().find(line) == std::string::npos) {
            if (std::chrono::steady_clock::now() > deadline)
                return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return true;
    }

    observe::Metrics metrics;
    std::shared_ptr<net::ConnectionLimits> limits;
    net::WorkerPool pool;
    std::unique_ptr<http::FrontDoor> door;
    std::unique_ptr<net::Listener> listener;
};

/// A route that answers with what it was asked: method, path, query, body.
inline http::Handler echoHandler()
{
    return [](http::Exchange &exchange) -> Task<void> {
        const auto &request = exchange.request();
        co_await exchange.respond(http::text(200, request.path + "|" + request.query + "|" + request.body));
    };
}

inline void echoRoutes(http::Router &router)
{
    router.add(http::Method::Get, "/{path...}", echoHandler());
    http::RouteOptions small;
    small.maxBodyBytes = 1000;
    router.add(http::Method::Post, "/small", echoHandler(), small);
    router.add(http::Method::Post, "/echo", echoHandler());
}

} // namespace matinee::test
