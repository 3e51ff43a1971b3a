// The relay process's end of the socket pair. Blocking; the process's one thread.
#pragma once

#include "relay/wire/message.h"

#include <chrono>
#include <deque>
#include <optional>

namespace matinee::relay {

class Channel
{
public:
    explicit Channel(int descriptor) : m_descriptor(descriptor) {}

    /// Waits while the server is slow. False when it has hung up.
    bool send(const wire::Message &message);
    /// The next message, or nothing after `patience` or when the server has hung up: see over().
    [[nodiscard]] std::optional<wire::Message> next(std::chrono::milliseconds patience);
    /// Whether the server wants the process to stop. Does not wait, takes no message.
    [[nodiscard]] bool over();
    /// Sleeps, but no longer than the server lets it: false when it is over.
    bool sleep(std::chrono::microseconds duration);

private:
    bool fill(std::chrono::milliseconds patience);

    const int m_descriptor;
    wire::Reader m_reader;
    std::deque<wire::Message> m_messages; // at most those of one read
    bool m_over = false;
};

} // namespace matinee::relay
