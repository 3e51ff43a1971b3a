// What a desktop console may use. Defaults are the product's; tests pass smaller ones.
#pragma once

#include <QtGlobal>

#include <chrono>

namespace matinee::admin {

struct Limits
{
    int connections = 32;                   ///< Handshakes in progress count too. More: refused with 503.
    quint64 messageBytes = 1024 * 1024;     ///< A longer message closes with 1009.
    qint64 outgoingBytes = 4 * 1024 * 1024; ///< More waits to be written: the peer does not read and is closed with 1013.
    std::chrono::milliseconds authenticateWithin{
        10'000};                                  ///< From the TCP connection to an accepted Authenticate, in each of its two halves.
    std::chrono::milliseconds pingEach{20'000};   ///< A peer that has not answered when the next ping is due is closed.
    std::chrono::milliseconds closeWithin{2'000}; ///< Then the socket is dropped without waiting for the peer's close frame.
};

} // namespace matinee::admin
