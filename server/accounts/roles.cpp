#include "accounts/roles.h"

#include "matinee/v1/options.pb.h"

#include <algorithm>

namespace matinee::accounts {

std::string_view roleName(Role role)
{
    switch (role) {
    case Role::User:
        return "user";
    case Role::Admin:
        return "admin";
    case Role::Root:
        return "root";
    }
    return "user";
}

std::optional<Role> roleOf(std::string_view name)
{
    for (const Role role : {Role::User, Role::Admin, Role::Root})
        if (roleName(role) == name)
            return role;
    return std::nullopt;
}

PermissionSet permissionsOf(Role role)
{
    switch (role) {
    case Role::User:
        return permissionBit(v1::PUBLIC) | permissionBit(v1::SIGNED_IN) | permissionBit(v1::KNOWN);
    case Role::Admin:
        return kEveryPermission & ~permissionBit(v1::ADMINISTER);
    case Role::Root:
        return kEveryPermission;
    }
    return kPublicOnly;
}

PermissionSet permissionsOfGuests()
{
    return permissionBit(v1::PUBLIC) | permissionBit(v1::KNOWN);
}

Role actingRole(PermissionSet permissions)
{
    if ((permissions & permissionBit(v1::ADMINISTER)) != 0)
        return Role::Root;
    return (permissions & permissionBit(v1::MANAGE_USERS)) != 0 ? Role::Admin : Role::User;
}

bool mayHandle(Role actor, Role whose)
{
    return actor == Role::Root || (actor == Role::Admin && whose == Role::User);
}

bool mayGive(Role actor, Role from, Role to)
{
    return mayHandle(actor, from) && mayHandle(actor, to);
}

std::vector<std::string> permissionNames(PermissionSet permissions)
{
    const auto *all = v1::Permission_descriptor();
    std::vector<std::string> names;
    for (int i = 0; i < all->value_count(); ++i) {
        const int number = all->value(i)->number();
        if (number == v1::PERMISSION_UNSPECIFIED || number == v1::PUBLIC || (permissions & permissionBit(number)) == 0)
            continue;
        std::string name = all->value(i)->name();
        std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        names.push_back(std::move(name));
    }
    return names;
}

} // namespace matinee::accounts
