// Who makes a call: what it may do, where it comes from, and the id under which the log tells of it.
// Built once per request by a face (REST, gRPC, WebSocket, local socket); a value, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace matinee {

/// A set of matinee.v1.Permission values; bit n stands for value n.
using PermissionSet = std::uint32_t;

[[nodiscard]] constexpr PermissionSet permissionBit(int permission) { return PermissionSet{1} << permission; }
inline constexpr PermissionSet kPublicOnly = permissionBit(1);
inline constexpr PermissionSet kEveryPermission = ~PermissionSet{0};
inline constexpr std::size_t kMaxUserAgent = 512;

struct Caller
{
    PermissionSet permissions = kPublicOnly;
    std::string keyId;     ///< Handle of the API key; "local" for the data folder's socket; empty for a person and an anonymous caller.
    std::string userId;    ///< Of a person who is signed in; else this and the next three are empty.
    std::string userName;
    std::string sessionId; ///< Where they are signed in: it may end while a call or a connection lasts.
    std::string role;      ///< "root", "admin", "user".
    std::string address;   ///< Client address without port, after trusted proxies.
    std::string requestId; ///< In every log line and problem document of this request.
    std::string face;      ///< "rest", "grpc", "websocket", "admin", "local", "media".
    std::string userAgent; ///< As sent, cut at kMaxUserAgent bytes; names the device of a session.
    std::string refreshCookie; ///< A browser's refresh token, where its cookies count (server/api/session_cookies.h). Never logged.

    [[nodiscard]] bool may(int permission) const { return (permissions & permissionBit(permission)) != 0; }
    [[nodiscard]] bool isPerson() const { return !userId.empty(); }
    [[nodiscard]] bool isAnonymous() const { return keyId.empty() && userId.empty(); }
};

} // namespace matinee
