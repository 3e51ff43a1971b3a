// A TCP client without manners: says what a test tells it to and listens as long as it likes. Blocking; test thread.
#pragma once

#include "rtmp/wire/handshake.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace matinee::test {

class RawClient
{
public:
    explicit RawClient(std::uint16_t port) : m_socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        m_connected = ::connect(m_socket, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
    }
    ~RawClient() { close(); }
    RawClient(const RawClient &) = delete;
    RawClient &operator=(const RawClient &) = delete;

    [[nodiscard]] bool connected() const { return m_connected; }
    void close()
    {
        if (m_socket >= 0)
            ::close(m_socket);
        m_socket = -1;
    }
    bool send(std::span<const std::uint8_t> bytes)
    {
        while (!bytes.empty()) {
            const ssize_t count = ::send(m_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0)
                return false;
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        }
        return true;
    }
    bool send(std::string_view text) { return send({reinterpret_cast<const std::uint8_t *>(text.data()), text.size()}); }

    /// What comes until the server closes or `patience` is over; `closed()` says which.
    std::vector<std::uint8_t> receive(std::chrono::milliseconds patience, std::size_t atMost = SIZE_MAX)
    {
        const auto end = std::chrono::steady_clock::now() + patience;
        std::vector<std::uint8_t> all;
        while (all.size() < atMost) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
            pollfd waiting{m_socket, POLLIN, 0};
            if (left <= 0 || ::poll(&waiting, 1, static_cast<int>(left)) <= 0)
                return all;
            std::uint8_t some[4096];
            const ssize_t count = ::recv(m_socket, some, std::min(sizeof some, atMost - all.size()), 0);
            if (count <= 0) {
                m_closed = true;
                return all;
            }
            all.insert(all.end(), some, some + count);
        }
        return all;
    }
    [[nodiscard]] bool closed() const { return m_closed; }

    bool shakeHands()
    {
        std::vector<std::uint8_t> hello(1 + rtmp::Handshake::kPartBytes);
        hello[0] = 3;
        if (!send(hello))
            return false;
        const auto answer = receive(std::chrono::seconds(5), 1 + 2 * rtmp::Handshake::kPartBytes);
        return answer.size() == 1 + 2 * rtmp::Handshake::kPartBytes && send(std::vector<std::uint8_t>(rtmp::Handshake::kPartBytes));
    }

private:
    int m_socket = -1;
    bool m_connected = false;
    bool m_closed = false;
};

} // namespace matinee::test
