#include "api/local_client.h"

#include "api/local_address.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

namespace matinee::api {

namespace {

constexpr std::size_t kMaxAnswerBytes = 16 << 20; // a list answer may be larger than a request

Error ioError(const char *what)
{
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return fail(ErrorCode::DeadlineExceeded, "The running server did not answer in time.");
    return fail(ErrorCode::Unavailable, std::string(what) + ": " + std::strerror(errno) + ".");
}

bool sendAll(int fd, const char *bytes, std::size_t size)
{
    while (size > 0) {
        const ssize_t sent = ::send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        bytes += sent;
        size -= static_cast<std::size_t>(sent);
    }
    return true;
}

bool receiveAll(int fd, char *bytes, std::size_t size)
{
    while (size > 0) {
        const ssize_t got = ::recv(fd, bytes, size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = ECONNRESET;
        if (got <= 0)
            return false;
        bytes += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

Error fromStatus(const v1::Status &status)
{
    Error error{ErrorCode::Internal, status.message(), status.field(), std::chrono::seconds(status.retry_after_seconds())};
    for (int code = 0; code <= static_cast<int>(ErrorCode::DeadlineExceeded); ++code) {
        if (codeName(static_cast<ErrorCode>(code)) == status.code())
            error.code = static_cast<ErrorCode>(code);
    }
    return error;
}

} // namespace

LocalClient::~LocalClient()
{
    if (m_fd >= 0)
        ::close(m_fd);
}

LocalClient::LocalClient(LocalClient &&other) noexcept : m_fd(std::exchange(other.m_fd, -1)), m_lastId(other.m_lastId) {}

LocalClient &LocalClient::operator=(LocalClient &&other) noexcept
{
    std::swap(m_fd, other.m_fd);
    std::swap(m_lastId, other.m_lastId);
    return *this;
}

Result<LocalClient> LocalClient::connect(const std::string &path, std::chrono::seconds timeout)
{
    const Result<LocalAddress> address = LocalAddress::of(path);
    if (!address)
        return address.error();
    LocalClient client;
    client.m_fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client.m_fd < 0)
        return ioError("No socket could be made");
    const timeval limit{timeout.count(), 0};
    ::setsockopt(client.m_fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(client.m_fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (::connect(client.m_fd, address->get(), address->size()) != 0) {
        if (errno == ENOENT || errno == ECONNREFUSED)
            return fail(ErrorCode::Unavailable,
                        "No server runs on this data folder (nothing answers on " + path + "). Start it with `matinee serve`.");
        if (errno == EACCES)
            return fail(ErrorCode::PermissionDenied,
                        "The socket " + path + " belongs to another user; run this as the server's user or as root.");
        return ioError("The running server could not be reached");
    }
    return client;
}

Result<std::string> LocalClient::exchange(const std::string &method, std::string body)
{
    v1::ClientMessage message;
    message.mutable_call()->set_id(++m_lastId);
    message.mutable_call()->set_method(method);
    message.mutable_call()->set_body(std::move(body));
    const std::string bytes = message.SerializeAsString();
    const auto size = static_cast<std::uint32_t>(bytes.size());
    const std::array<char, 4> head{static_cast<char>(size >> 24), static_cast<char>(size >> 16), static_cast<char>(size >> 8),
                                   static_cast<char>(size)};
    if (!sendAll(m_fd, head.data(), head.size()) || !sendAll(m_fd, bytes.data(), bytes.size()))
        return ioError("The call could not be sent to the running server");

    for (;;) {
        std::array<unsigned char, 4> length{};
        if (!receiveAll(m_fd, reinterpret_cast<char *>(length.data()), length.size()))
            return ioError("The running server gave no answer");
        const std::size_t expected = std::size_t{length[0]} << 24 | std::size_t{length[1]} << 16 | std::size_t{length[2]} << 8 | length[3];
        if (expected > kMaxAnswerBytes)
            return fail(ErrorCode::Internal, "The running server's answer is too large.");
        std::string answer(expected, '\0');
        if (!receiveAll(m_fd, answer.data(), answer.size()))
            return ioError("The running server's answer broke off");
        v1::ServerMessage received;
        if (!received.ParseFromString(answer))
            return fail(ErrorCode::Internal, "The server's answer could not be read; is it another version?");
        if (received.has_goodbye())
            return fromStatus(received.goodbye().status());
        if (!received.has_response() || received.response().id() != m_lastId)
            continue;
        if (!received.response().status().code().empty())
            return fromStatus(received.response().status());
        return std::move(*received.mutable_response()->mutable_body());
    }
}

} // namespace matinee::api
