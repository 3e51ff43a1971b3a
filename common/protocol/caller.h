// Who makes a call: what it may do, where it comes from, and the id under which the log tells of it.
// Built once per request by a face (REST, gRPC, WebSocket, local socket); a value, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace matinee {

/// A set of matinee.v1.Permission values; bit n stands for value n.
using PermissionSet = std::uint32_t;

[[nodiscard]] constexpr PermissionSet permissionBit(int permission)
{
    return PermissionSet{1} << permission;
}
inline constexpr PermissionSet kPublicOnly = permissionBit(1);
inline constexpr PermissionSet kEveryPermission = ~PermissionSet{0};
inline constexpr std::size_t kMaxUserAgent = 512;

/// What a handler has to tell the audit log of its call, beyond what the request says itself. Never a secret.
struct AuditNote
{
    std::string subject; ///< What or whom the call was about, where no field of the request names it or may not stand in the log as sent.
    std::string before;  ///< What was changed as it was, a JSON object; empty where there is nothing to tell.
    std::string after;   ///< And as it is.
};

struct Caller
{
    PermissionSet permissions = kPublicOnly;
    std::string keyId;  ///< Handle of the API key; "local" for the data folder's socket; empty for a person and an anonymous caller.
    std::string userId; ///< Of a person who is signed in; else this and the next three are empty.
    std::string userName;
    std::string sessionId; ///< Where they are signed in: it may end while a call or a connection lasts.
    std::string role;      ///< "root", "admin", "user".
    std::string ownerId;   ///< Of a person's API key: whose it is. Empty for a key of the server's own.
    std::string ownerName;
    std::string guestId; ///< Of somebody without an account who entered as a guest.
    std::string guestName;
    bool mustAddFactor = false;      ///< The role needs a second factor that this person does not have yet: `permissions` are fewer.
    std::string address;             ///< Client address without port, after trusted proxies.
    std::string requestId;           ///< In every log line and problem document of this request.
    std::string face;                ///< "rest", "grpc", "websocket", "admin", "local", "media".
    std::string userAgent;           ///< As sent, cut at kMaxUserAgent bytes; names the device of a session.
    std::shared_ptr<AuditNote> note; ///< For the handler to fill in. Set for calls that are audited, else null.
    std::string refreshCookie;       ///< A browser's refresh token, where its cookies count (server/api/session_cookies.h). Never logged.
    std::string oauth2Binding;       ///< A browser's, as that: by which a sign-in elsewhere is finished where it began. Never logged.

    [[nodiscard]] bool may(int permission) const { return (permissions & permissionBit(permission)) != 0; }
    [[nodiscard]] bool isPerson() const { return !userId.empty(); }
    [[nodiscard]] bool isAnonymous() const { return keyId.empty() && userId.empty() && guestId.empty(); }
};

} // namespace matinee
