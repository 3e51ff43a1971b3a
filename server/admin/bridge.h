// The crossing between the admin listener (Qt main thread) and the worker threads where calls are answered.
// Declared here by its user, implemented in server/app. Every function is called on the Qt main thread and returns at once;
// only immutable bytes cross.
#pragma once

#include <QByteArray>

#include <cstdint>
#include <functional>
#include <string>

namespace matinee::admin {

/// What comes back for one session. Called on the Qt main thread only, and never after Bridge::close() of that session.
struct Replies
{
    std::function<void(const QByteArray &serverMessage)> message; ///< One serialised matinee.v1.ServerMessage.
    std::function<void()> ended;                                  ///< The other side is done; what it sent came before this.
};

class Bridge
{
public:
    using Handle = std::uint64_t;

    virtual ~Bridge() = default;
    /// Starts a session for a client at `address` (of the client, not of the tunnel). Replies may come from the next turn of the event loop
    /// on.
    virtual Handle open(const std::string &address, Replies replies) = 0;
    /// Hands over one serialised matinee.v1.ClientMessage. False where the session's queue is full: the caller closes the connection.
    [[nodiscard]] virtual bool post(Handle session, const QByteArray &clientMessage) = 0;
    /// Ends the session. An unknown or ended handle is ignored. Never called from within a reply.
    virtual void close(Handle session) = 0;
};

} // namespace matinee::admin
