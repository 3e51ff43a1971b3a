// Who makes a call: what it may do, where it comes from, and the id under which the log tells of it.
// Built once per request by a face (REST, gRPC, WebSocket, local socket); a value, any thread.
#pragma once

#include <cstdint>
#include <string>

namespace matinee {

/// A set of matinee.v1.Permission values; bit n stands for value n.
using PermissionSet = std::uint32_t;

[[nodiscard]] constexpr PermissionSet permissionBit(int permission) { return PermissionSet{1} << permission; }
inline constexpr PermissionSet kPublicOnly = permissionBit(1);
inline constexpr PermissionSet kEveryPermission = ~PermissionSet{0};

struct Caller
{
    PermissionSet permissions = kPublicOnly;
    std::string keyId;     ///< Handle of the API key, or empty for an anonymous caller and "local" for the data folder's socket.
    std::string address;   ///< Client address without port, after trusted proxies.
    std::string requestId; ///< In every log line and problem document of this request.
    std::string face;      ///< "rest", "grpc", "websocket", "admin", "local".

    [[nodiscard]] bool may(int permission) const { return (permissions & permissionBit(permission)) != 0; }
};

} // namespace matinee
