// Carries bytes both ways between a connection and another socket until either side closes. Runs on the connection's worker, which
// the other socket must belong to as well.
#pragma once

#include "net/connection.h"

#include <boost/asio/generic/stream_protocol.hpp>

#include <chrono>
#include <cstdint>
#include <span>

namespace matinee::http {

using OtherSocket = asio::generic::stream_protocol::socket;

/// `first` goes to the other side before anything that is read. What the other side sent before it closed still reaches the peer.
/// Ends too when nothing moved in either direction for `idleTimeout`.
Task<void> pump(net::Connection &connection, OtherSocket other, std::span<const std::uint8_t> first, std::chrono::milliseconds idleTimeout);

} // namespace matinee::http
