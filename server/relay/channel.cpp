#include "relay/channel.h"

#include <array>
#include <cerrno>

#include <poll.h>
#include <sys/socket.h>
#include <time.h>

namespace matinee::relay {

bool Channel::send(const wire::Message &message)
{
    media::Bytes bytes;
    wire::write(bytes, message);
    std::span<const std::uint8_t> rest = bytes;
    while (!rest.empty() && !m_over) {
        const auto sent = ::send(m_descriptor, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            m_over = true;
        else
            rest = rest.subspan(static_cast<std::size_t>(sent));
    }
    return !m_over;
}

bool Channel::fill(std::chrono::milliseconds patience)
{
    pollfd poll{m_descriptor, POLLIN, 0};
    if (::poll(&poll, 1, static_cast<int>(patience.count())) <= 0)
        return false;
    std::array<std::uint8_t, 64 * 1024> buffer;
    const auto count = ::recv(m_descriptor, buffer.data(), buffer.size(), 0);
    if (count < 0 && errno == EINTR)
        return false;
    auto messages = m_reader.feed(std::span(buffer).first(count > 0 ? static_cast<std::size_t>(count) : 0));
    if (count <= 0 || !messages) {
        m_over = true;
        return false;
    }
    m_messages.insert(m_messages.end(), std::make_move_iterator(messages->begin()), std::make_move_iterator(messages->end()));
    return true;
}

std::optional<wire::Message> Channel::next(std::chrono::milliseconds patience)
{
    while (m_messages.empty() && !m_over) {
        if (!fill(patience))
            return std::nullopt;
    }
    if (m_messages.empty())
        return std::nullopt;
    auto message = std::move(m_messages.front());
    m_messages.pop_front();
    if (std::holds_alternative<wire::Command>(message))
        m_over = true;
    return message;
}

bool Channel::over()
{
    // A server that pushes has much in this socket all the time; only its end is of interest here.
    pollfd poll{m_descriptor, POLLRDHUP, 0};
    if (!m_over && ::poll(&poll, 1, 0) > 0 && (poll.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0)
        m_over = true;
    return m_over;
}

bool Channel::sleep(std::chrono::microseconds duration)
{
    const auto until = std::chrono::steady_clock::now() + duration;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (over() || left.count() <= 0)
            return !m_over;
        pollfd poll{m_descriptor, POLLRDHUP, 0};
        (void)::poll(&poll, 1, static_cast<int>(left.count()));
    }
}

} // namespace matinee::relay
