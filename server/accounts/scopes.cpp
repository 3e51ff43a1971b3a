#include "accounts/scopes.h"

#include "matinee/v1/options.pb.h"

#include <algorithm>

namespace matinee::accounts {

namespace {

constexpr std::size_t kMostScopes = 16;

const Scope *find(std::string_view name)
{
    const auto &all = knownScopes();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Scope &scope) { return scope.name == name; });
    return found == all.end() ? nullptr : &*found;
}

std::string knownNames()
{
    std::string names;
    for (const Scope &scope : knownScopes())
        names += (names.empty() ? "" : ", ") + std::string(scope.name);
    return names;
}

/// What is repeated from a request is short and printable.
std::string quotedName(const std::string &name)
{
    std::string text = name.substr(0, 40);
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, '?');
    return "\"" + text + "\"";
}

} // namespace

const std::vector<Scope> &knownScopes()
{
    static const std::vector<Scope> scopes{
        {"admin", kEveryPermission & ~permissionBit(v1::SIGNED_IN) & ~permissionBit(v1::KNOWN), "everything"}, // but being somebody
        {"streams", permissionBit(v1::READ_STREAMS) | permissionBit(v1::MANAGE_STREAMS) | permissionBit(v1::READ_SERVER),
         "create, list, delete and kick streams, rotate their keys; read the server's state"},
        {"streams:read", permissionBit(v1::READ_STREAMS), "list and inspect streams, private ones too"},
        {"server:read", permissionBit(v1::READ_SERVER), "read version, health and settings without secrets"},
        {"users", permissionBit(v1::MANAGE_USERS), "list, make, ban and restore accounts of the role user"},
        {"audit:read", permissionBit(v1::READ_AUDIT), "read and verify the audit log"},
    };
    return scopes;
}

Result<std::vector<std::string>> checkedScopes(std::vector<std::string> scopes)
{
    if (scopes.empty())
        return fail(ErrorCode::InvalidArgument, "An API key needs at least one scope. Known are: " + knownNames() + ".", "scopes");
    if (scopes.size() > kMostScopes)
        return fail(ErrorCode::InvalidArgument, "An API key has at most 16 scopes.", "scopes");
    for (const std::string &name : scopes)
        if (!find(name))
            return fail(ErrorCode::InvalidArgument, "There is no scope " + quotedName(name) + ". Known are: " + knownNames() + ".",
                        "scopes");
    std::sort(scopes.begin(), scopes.end());
    scopes.erase(std::unique(scopes.begin(), scopes.end()), scopes.end());
    return scopes;
}

PermissionSet permissionsOf(const std::vector<std::string> &scopes)
{
    PermissionSet all = kPublicOnly;
    for (const std::string &name : scopes)
        if (const Scope *scope = find(name))
            all |= scope->permissions;
    return all;
}

} // namespace matinee::accounts
