#include "mail/open_sockets.h"

#include <sys/socket.h>
#include <unistd.h>

namespace matinee::mail {

void OpenSockets::attach(CURL *curl)
{
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, onOpen);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, this);
    curl_easy_setopt(curl, CURLOPT_CLOSESOCKETFUNCTION, onClose);
    curl_easy_setopt(curl, CURLOPT_CLOSESOCKETDATA, this);
}

void OpenSockets::breakOff()
{
    const std::lock_guard lock(m_mutex);
    m_broken = true;
    for (const curl_socket_t socket : m_sockets)
        ::shutdown(socket, SHUT_RDWR);
}

curl_socket_t OpenSockets::onOpen(void *self, curlsocktype, curl_sockaddr *address)
{
    auto &sockets = *static_cast<OpenSockets *>(self);
    const std::lock_guard lock(sockets.m_mutex);
    if (sockets.m_broken)
        return CURL_SOCKET_BAD;
    const int socket = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (socket < 0)
        return CURL_SOCKET_BAD;
    sockets.m_sockets.insert(socket);
    return socket;
}

int OpenSockets::onClose(void *self, curl_socket_t socket)
{
    auto &sockets = *static_cast<OpenSockets *>(self);
    const std::lock_guard lock(sockets.m_mutex);
    sockets.m_sockets.erase(socket);
    return ::close(socket);
}

} // namespace matinee::mail
