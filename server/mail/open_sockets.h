// The sockets of one transfer, so that it can be broken off from another thread: libcurl waits for a server's goodbye whatever its
// callbacks say. Made and used by the thread of the transfer, but for breakOff().
#pragma once

#include <curl/curl.h>

#include <mutex>
#include <set>

namespace matinee::mail {

class OpenSockets
{
public:
    OpenSockets() = default;
    OpenSockets(const OpenSockets &) = delete;
    OpenSockets &operator=(const OpenSockets &) = delete;

    /// Must outlive the handle, whose sockets are opened and closed here from now on.
    void attach(CURL *curl);
    /// Ends all of them and lets no more be opened. Any thread.
    void breakOff();

private:
    static curl_socket_t onOpen(void *self, curlsocktype purpose, curl_sockaddr *address);
    static int onClose(void *self, curl_socket_t socket);

    std::mutex m_mutex; // held while one is closed: its number must not be somebody else's when breakOff() uses it
    std::set<curl_socket_t> m_sockets;
    bool m_broken = false;
};

} // namespace matinee::mail
