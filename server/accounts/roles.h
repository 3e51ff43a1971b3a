// Roles of people, what each may do, and who may give which. Pure; any thread.
#pragma once

#include "common/protocol/caller.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::accounts {

enum class Role
{
    User,  ///< PUBLIC, SIGNED_IN, KNOWN
    Admin, ///< Everything but ADMINISTER.
    Root,  ///< Everything.
};

[[nodiscard]] std::string_view roleName(Role role); ///< "admin"
[[nodiscard]] std::optional<Role> roleOf(std::string_view name);
[[nodiscard]] PermissionSet permissionsOf(Role role);
/// Of who has no account and is let in all the same: PUBLIC, KNOWN.
[[nodiscard]] PermissionSet permissionsOfGuests();
/// As whom somebody with these permissions handles accounts, an API key too: with ADMINISTER as a root, with MANAGE_USERS as an admin.
[[nodiscard]] Role actingRole(PermissionSet permissions);

/// Only a root makes or unmakes an admin or a root, bans one, signs one out or gives out their password link.
[[nodiscard]] bool mayHandle(Role actor, Role whose);
[[nodiscard]] bool mayGive(Role actor, Role from, Role to);

/// In lower case, in the order of the declaration: "manage_streams". Without "public".
[[nodiscard]] std::vector<std::string> permissionNames(PermissionSet permissions);

} // namespace matinee::accounts
