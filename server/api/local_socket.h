// The command line's way into a running server: a unix socket in the data folder. Each message is a matinee.v1.ClientMessage or
// ServerMessage with its length before it (4 bytes, big-endian). Whoever may open it, the server's own user or root, may do everything.
// Owned by app; lives on one worker.
#pragma once

#include "api/envelope_session.h"

#include <string>

namespace matinee::api {

class LocalSocket
{
public:
    LocalSocket(Dispatcher &dispatcher, TopicSource *topics, net::Worker &worker, std::string serverVersion);
    ~LocalSocket();

    /// Binds with mode 0600. A file that nobody answers on is left over and is replaced; where somebody answers, the error says that a
    /// server is running. Before the worker starts, or on it.
    [[nodiscard]] Result<void> open(const std::string &path);
    /// Begins to accept.
    void start();
    /// Ends all connections and removes the file. Any thread; completes on the worker.
    void stop();

private:
    struct State;
    std::shared_ptr<State> m_state;
};

} // namespace matinee::api
