#include "api/access.h"

#include <algorithm>

namespace matinee::api {

Result<void> checkAccess(const DeclaredCall &call, const Caller &caller)
{
    const bool personal = call.needs == v1::SIGNED_IN;
    const bool forSomebody = call.needs == v1::KNOWN;
    const bool isGuest = !caller.guestId.empty();
    if (caller.may(call.needs) && (!personal || caller.isPerson()) && (!forSomebody || caller.isPerson() || isGuest))
        return {};
    if (caller.isAnonymous() && personal)
        return fail(ErrorCode::Unauthenticated, "This needs somebody who is signed in.");
    if (caller.isAnonymous() && forSomebody)
        return fail(ErrorCode::Unauthenticated, "This needs somebody who is signed in, or a guest.");
    if (caller.isAnonymous())
        return fail(
            ErrorCode::Unauthenticated,
            "This needs somebody who is signed in and may do it, or an API key: send the header \"Authorization: Bearer\" with one.");
    if (isGuest)
        return fail(ErrorCode::PermissionDenied, "Guests may not do this. Sign in with an account.");
    if (forSomebody)
        return fail(ErrorCode::PermissionDenied, "This is for people: it needs somebody who is signed in, or a guest, not an API key.");
    if (personal)
        return fail(ErrorCode::PermissionDenied, "This is about one's own account: it needs a person who is signed in, not an API key.");
    if (caller.mustAddFactor)
        return fail(ErrorCode::PermissionDenied, "On this server accounts of the role " + caller.role +
                                                     " need a second factor. Add a passkey or an authenticator app to yours first.");
    const std::string who = caller.isPerson() ? "Your account (" + caller.role + ")" : "The API key " + caller.keyId;
    return fail(ErrorCode::PermissionDenied, who + " does not allow this; it needs the permission " + permissionName(call.needs) + ".");
}

std::string rateKeyOf(const Caller &caller)
{
    if (caller.isPerson())
        return "user " + caller.userId;
    return caller.keyId.empty() ? rateKeyOfAddress(caller.address) : "key " + caller.keyId;
}

std::string permissionName(int permission)
{
    std::string name = v1::Permission_Name(static_cast<v1::Permission>(permission));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return name;
}

} // namespace matinee::api
