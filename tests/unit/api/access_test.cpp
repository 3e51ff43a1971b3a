#include "api/access.h"

#include "tests/unit/api/test_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using testing::HasSubstr;

namespace matinee::api {

namespace {

DeclaredCall callThatNeeds(v1::Permission permission)
{
    DeclaredCall call;
    call.needs = permission;
    return call;
}

Caller person(PermissionSet permissions, std::string role)
{
    Caller caller = stranger();
    caller.permissions = permissions;
    caller.userId = "u7k2q";
    caller.userName = "alice";
    caller.role = std::move(role);
    return caller;
}

constexpr PermissionSet kUser = kPublicOnly | permissionBit(v1::SIGNED_IN);

TEST(Access, EverybodyMayMakePublicCalls)
{
    EXPECT_TRUE(checkAccess(callThatNeeds(v1::PUBLIC), stranger()));
    EXPECT_TRUE(checkAccess(callThatNeeds(v1::PUBLIC), person(kUser, "user")));
}

TEST(Access, WhoIsNobodyIsAskedToSignIn)
{
    for (const auto needs : {v1::SIGNED_IN, v1::MANAGE_STREAMS, v1::MANAGE_USERS, v1::ADMINISTER}) {
        const auto refused = checkAccess(callThatNeeds(needs), stranger());
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, ErrorCode::Unauthenticated);
    }
    EXPECT_EQ(checkAccess(callThatNeeds(v1::SIGNED_IN), stranger()).error().message, "This needs somebody who is signed in.");
}

TEST(Access, AnApiKeyWithEveryPermissionIsNoPerson)
{
    for (const Caller &key : {holder(kEveryPermission), holder(kEveryPermission, "local"), holder(kPublicOnly)}) {
        const auto refused = checkAccess(callThatNeeds(v1::SIGNED_IN), key);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, ErrorCode::PermissionDenied);
        EXPECT_THAT(refused.error().message, HasSubstr("a person"));
    }
    EXPECT_TRUE(checkAccess(callThatNeeds(v1::MANAGE_USERS), holder(kEveryPermission)));
}

TEST(Access, WhatIsForSomebodyIsForPeopleAndGuests)
{
    Caller guest;
    guest.guestId = "g3k";
    guest.permissions = kPublicOnly | permissionBit(v1::KNOWN);
    EXPECT_TRUE(checkAccess(callThatNeeds(v1::KNOWN), guest));
    EXPECT_TRUE(checkAccess(callThatNeeds(v1::PUBLIC), guest));
    EXPECT_TRUE(checkAccess(callThatNeeds(v1::KNOWN), person(kUser | permissionBit(v1::KNOWN), "user")));
    EXPECT_EQ(checkAccess(callThatNeeds(v1::KNOWN), stranger()).error().code, ErrorCode::Unauthenticated);
    EXPECT_EQ(checkAccess(callThatNeeds(v1::KNOWN), holder(kEveryPermission)).error().code, ErrorCode::PermissionDenied);
    for (const auto needs : {v1::SIGNED_IN, v1::READ_STREAMS, v1::ADMINISTER}) {
        const auto refused = checkAccess(callThatNeeds(needs), guest);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, ErrorCode::PermissionDenied);
        EXPECT_THAT(refused.error().message, HasSubstr("Guests"));
    }
}

TEST(Access, APersonMayWhatTheirRoleAllows)
{
    EXPECT_TRUE(checkAccess(callThatNeeds(v1::SIGNED_IN), person(kUser, "user")));
    EXPECT_TRUE(checkAccess(callThatNeeds(v1::MANAGE_STREAMS), person(kEveryPermission, "root")));
    const auto refused = checkAccess(callThatNeeds(v1::MANAGE_USERS), person(kUser, "user"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::PermissionDenied);
    EXPECT_EQ(refused.error().message, "Your account (user) does not allow this; it needs the permission manage_users.");
}

TEST(Access, WhoMustAddAFactorIsToldSo)
{
    Caller admin = person(kUser, "admin");
    admin.mustAddFactor = true;
    EXPECT_TRUE(checkAccess(callThatNeeds(v1::SIGNED_IN), admin));
    const auto refused = checkAccess(callThatNeeds(v1::MANAGE_USERS), admin);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::PermissionDenied);
    EXPECT_THAT(refused.error().message, HasSubstr("second factor"));
}

TEST(Access, TheRateOfAPersonIsTheirsWhereverTheyAre)
{
    Caller here = person(kUser, "user");
    Caller there = here;
    there.address = "198.51.100.7";
    there.sessionId = "another";
    EXPECT_EQ(rateKeyOf(here), rateKeyOf(there));
    EXPECT_NE(rateKeyOf(here), rateKeyOf(stranger()));
    EXPECT_NE(rateKeyOf(holder(kPublicOnly, "u7k2q")), rateKeyOf(here)); // a key of the same id
    EXPECT_NE(rateKeyOf(stranger("192.0.2.1")), rateKeyOf(stranger("192.0.2.2")));
}

} // namespace

} // namespace matinee::api
