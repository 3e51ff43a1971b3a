// Scopes of API keys: the names that operators type, and the permissions that they stand for. Pure; any thread.
#pragma once

#include "common/protocol/caller.h"
#include "common/protocol/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace matinee::accounts {

struct Scope
{
    std::string_view name;
    PermissionSet permissions;
    std::string_view meaning;
};

[[nodiscard]] const std::vector<Scope> &knownScopes();
/// Sorted and without doubles. InvalidArgument (field "scopes") for none, too many, or an unknown one; names the known ones.
[[nodiscard]] Result<std::vector<std::string>> checkedScopes(std::vector<std::string> scopes);
/// What they allow together, and what everybody may. A name that is not known (stored by a newer version) allows nothing.
[[nodiscard]] PermissionSet permissionsOf(const std::vector<std::string> &scopes);

} // namespace matinee::accounts
