#include "accounts/scopes.h"

#include "matinee/v1/options.pb.h"

#include <gmock/gmock.h>

namespace matinee::accounts {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

bool allows(const std::vector<std::string> &scopes, int permission)
{
    return (permissionsOf(scopes) & permissionBit(permission)) != 0;
}

TEST(Scopes, AdminMayDoEverythingDeclaredButIsNoPerson)
{
    for (int p = v1::Permission_MIN + 1; p <= v1::Permission_MAX; ++p)
        EXPECT_EQ(allows({"admin"}, p), p != v1::SIGNED_IN && p != v1::KNOWN) << v1::Permission_Name(static_cast<v1::Permission>(p));
}

TEST(Scopes, StreamsMayManageStreamsAndNothingElse)
{
    EXPECT_TRUE(allows({"streams"}, v1::READ_STREAMS));
    EXPECT_TRUE(allows({"streams"}, v1::MANAGE_STREAMS));
    EXPECT_TRUE(allows({"streams"}, v1::READ_SERVER));
    EXPECT_FALSE(allows({"streams"}, v1::MANAGE_API_KEYS));
    EXPECT_FALSE(allows({"streams"}, v1::ADMINISTER));
}

TEST(Scopes, ReadingScopesOnlyRead)
{
    EXPECT_EQ(permissionsOf({"streams:read"}), kPublicOnly | permissionBit(v1::READ_STREAMS));
    EXPECT_EQ(permissionsOf({"server:read"}), kPublicOnly | permissionBit(v1::READ_SERVER));
    EXPECT_EQ(permissionsOf({"server:read", "streams:read"}),
              kPublicOnly | permissionBit(v1::READ_SERVER) | permissionBit(v1::READ_STREAMS));
}

TEST(Scopes, AnUnknownStoredScopeAllowsNothing)
{
    EXPECT_EQ(permissionsOf({"rooms", "Admin", ""}), kPublicOnly);
    EXPECT_EQ(permissionsOf({}), kPublicOnly);
}

TEST(Scopes, AreSortedWithoutDoubles)
{
    const auto scopes = checkedScopes({"streams", "admin", "streams"});
    ASSERT_TRUE(scopes.has_value());
    EXPECT_THAT(*scopes, ElementsAre("admin", "streams"));
}

TEST(Scopes, AnUnknownOneIsRefusedWithTheKnownNames)
{
    for (const auto &wrong :
         std::vector<std::vector<std::string>>{{"stream"}, {"admin", "Streams"}, {}, {""}, std::vector<std::string>(17, "admin")}) {
        const auto r = checkedScopes(wrong);
        ASSERT_FALSE(r.has_value());
        EXPECT_EQ(r.error().code, ErrorCode::InvalidArgument);
        EXPECT_EQ(r.error().field, "scopes");
    }
    EXPECT_THAT(checkedScopes({"stream"}).error().message, HasSubstr("admin, streams, streams:read, server:read"));
    EXPECT_THAT(checkedScopes({std::string("a\n\x1b[31m") + std::string(1000, 'b')}).error().message, testing::SizeIs(testing::Lt(200U)));
}

} // namespace
} // namespace matinee::accounts
