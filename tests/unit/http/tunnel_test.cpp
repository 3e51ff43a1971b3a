#include "http/tunnel.h"

#include "tests/unit/http/door_fixture.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace matinee;
using namespace matinee::test;
using namespace std::chrono_literals;

namespace {

// Stands for the admin listener: one connection, blocking.
class Backend
{
public:
    Backend()
    {
        m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(m_listener, reinterpret_cast<sockaddr *>(&address), sizeof address);
        ::listen(m_listener, 1);
        socklen_t size = sizeof address;
        ::getsockname(m_listener, reinterpret_cast<sockaddr *>(&address), &size);
        port = ntohs(address.sin_port);
        const timeval patience{5, 0};
        ::setsockopt(m_listener, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    ~Backend()
    {
        hangUp();
        ::close(m_listener);
    }
    void accept()
    {
        m_fd = ::accept(m_listener, nullptr, nullptr);
        const timeval patience{5, 0};
        ::setsockopt(m_fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    std::string readUntil(const std::string &marker)
    {
        std::string all;
        char c = 0;
        while (!all.ends_with(marker) && ::recv(m_fd, &c, 1, 0) == 1)
            all += c;
        return all;
    }
    bool ended()
    {
        char c = 0;
        return ::recv(m_fd, &c, 1, 0) == 0;
    }
    void send(std::string_view text) { EXPECT_EQ(::send(m_fd, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size())); }
    void hangUp()
    {
        if (m_fd >= 0)
            ::close(m_fd);
        m_fd = -1;
    }
    std::uint16_t port = 0;

private:
    int m_listener = -1;
    int m_fd = -1;
};

std::function<void(http::Router &)> tunnelRoute(std::uint16_t port)
{
    return [port](http::Router &router) {
        router.add(http::Method::Get, "/admin/ws", [port](http::Exchange &exchange) -> Task<void> {
            http::TunnelOptions options;
            options.port = port;
            options.secret = "the-secret";
            co_await http::tunnel(exchange, options);
        });
    };
}

} // namespace

TEST(Tunnel, RewritesTheHeadAndDropsWhatAClientClaims)
{
    EXPECT_EQ(http::tunnelledHead(
                  "GET /admin/ws HTTP/1.1\r\nHost: x\r\nx-matinee-tunnel: forged\r\nX-REAL-IP: 127.0.0.1\r\nUpgrade: websocket\r\n\r\n",
                  "s", "192.0.2.1"),
              "GET /admin/ws HTTP/1.1\r\nX-Matinee-Tunnel: s\r\nX-Real-IP: 192.0.2.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n");
}

TEST(Tunnel, CarriesBytesBothWaysUntilOneSideEnds)
{
    Backend backend;
    Door door(tunnelRoute(backend.port));
    LoopbackClient client(door.port());
    client.send("GET /admin/ws HTTP/1.1\r\nHost: x\r\nX-Matinee-Tunnel: forged\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nearly");
    backend.accept();
    const std::string head = backend.readUntil("\r\n\r\n");
    EXPECT_TRUE(head.starts_with("GET /admin/ws HTTP/1.1\r\nX-Matinee-Tunnel: the-secret\r\nX-Real-IP: 127.0.0.1\r\n")) << head;
    EXPECT_EQ(head.find("forged"), std::string::npos);
    EXPECT_NE(head.find("Upgrade: websocket\r\n"), std::string::npos);
    EXPECT_EQ(backend.readUntil("early"), "early");
    backend.send("HTTP/1.1 101 Switching Protocols\r\n\r\n");
    EXPECT_EQ(client.readUntil("\r\n\r\n"), "HTTP/1.1 101 Switching Protocols\r\n\r\n");
    client.send(std::string("frame\0bytes", 11));
    EXPECT_EQ(backend.readUntil("bytes"), std::string("frame\0bytes", 11));
    backend.send("last words");
    backend.hangUp();
    EXPECT_EQ(client.readAll(), "last words");
    EXPECT_TRUE(client.closed());
}

TEST(Tunnel, EndsTheOtherSideWhenTheClientLeaves)
{
    Backend backend;
    Door door(tunnelRoute(backend.port));
    auto client = std::make_unique<LoopbackClient>(door.port());
    client->send("GET /admin/ws HTTP/1.1\r\nHost: x\r\n\r\n");
    backend.accept();
    backend.readUntil("\r\n\r\n");
    client.reset();
    EXPECT_TRUE(backend.ended());
    for (int i = 0; i < 400 && door.door->activeSessions() > 0; ++i)
        std::this_thread::sleep_for(5ms);
    EXPECT_EQ(door.door->activeSessions(), 0U);
}

TEST(Tunnel, SaysSoWhenNobodyListens)
{
    std::uint16_t port = 0;
    {
        Backend gone;
        port = gone.port;
    }
    Door door(tunnelRoute(port));
    EXPECT_EQ(door.get("/admin/ws").status, 503);
}
