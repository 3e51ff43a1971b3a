#include "accounts/roles.h"

#include "matinee/v1/options.pb.h"

#include <gmock/gmock.h>

namespace matinee::accounts {
namespace {

TEST(Roles, HaveTheirNames)
{
    for (const Role role : {Role::User, Role::Admin, Role::Root})
        EXPECT_EQ(roleOf(roleName(role)), role);
    for (const char *other : {"", "Root", "king", "user "})
        EXPECT_FALSE(roleOf(other)) << other;
}

TEST(Roles, AllowMoreTheHigherTheyAre)
{
    EXPECT_EQ(permissionsOf(Role::User), permissionBit(v1::PUBLIC) | permissionBit(v1::SIGNED_IN) | permissionBit(v1::KNOWN));
    EXPECT_EQ(permissionsOf(Role::Root) & ~permissionsOf(Role::Admin), permissionBit(v1::ADMINISTER));
    for (const Role role : {Role::Admin, Role::Root})
        EXPECT_NE(permissionsOf(role) & permissionBit(v1::SIGNED_IN), 0U);
}

TEST(Roles, OnlyARootHandlesAdminsAndRoots)
{
    for (const Role whose : {Role::User, Role::Admin, Role::Root}) {
        EXPECT_TRUE(mayHandle(Role::Root, whose));
        EXPECT_EQ(mayHandle(Role::Admin, whose), whose == Role::User);
        EXPECT_FALSE(mayHandle(Role::User, whose));
    }
    EXPECT_TRUE(mayGive(Role::Root, Role::User, Role::Root));
    EXPECT_TRUE(mayGive(Role::Root, Role::Root, Role::User));
    EXPECT_TRUE(mayGive(Role::Admin, Role::User, Role::User));
    EXPECT_FALSE(mayGive(Role::Admin, Role::User, Role::Admin));
    EXPECT_FALSE(mayGive(Role::Admin, Role::Admin, Role::User));
}

TEST(Roles, AnApiKeyActsByWhatItMay)
{
    EXPECT_EQ(actingRole(kEveryPermission), Role::Root);
    EXPECT_EQ(actingRole(permissionBit(v1::MANAGE_USERS)), Role::Admin);
    EXPECT_EQ(actingRole(permissionBit(v1::MANAGE_STREAMS)), Role::User);
    for (const Role role : {Role::User, Role::Admin, Role::Root})
        EXPECT_EQ(actingRole(permissionsOf(role)), role);
}

TEST(Roles, PermissionsAreNamedInLowerCase)
{
    EXPECT_THAT(permissionNames(permissionsOf(Role::User)), testing::ElementsAre("signed_in", "known"));
    const auto all = permissionNames(kEveryPermission);
    EXPECT_THAT(all, testing::IsSupersetOf({"read_streams", "manage_streams", "administer", "manage_users"}));
    EXPECT_THAT(all, testing::Not(testing::Contains("public")));
}

} // namespace
} // namespace matinee::accounts
