#include "terminal.h"

#include "matinee/v1/account_life.pb.h"
#include "matinee/v1/accounts.pb.h"
#include "matinee/v1/avatars.pb.h"
#include "matinee/v1/factors.pb.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace matinee {

namespace {

using testing::HasSubstr;
using testing::Not;

v1::User alice()
{
    v1::User user;
    user.set_id("u7k2q");
    user.set_name("alice");
    user.set_role("admin");
    user.set_state("active");
    user.mutable_created_at()->set_seconds(1767323045);
    return user;
}

v1::OneTimeLink link()
{
    v1::OneTimeLink link;
    link.set_address("http://host.test/password#t0ken");
    link.mutable_expires_at()->set_seconds(1767409445);
    return link;
}

} // namespace

class UserCommands : public testing::Test, public test::Terminal
{
protected:
    void SetUp() override { std::filesystem::create_directories(dataDir()); }

    /// The next calls are of this method; what they ask is kept in `Request`.
    template <class Request>
    std::shared_ptr<Request> expect(std::string method, Result<std::string> answer, std::string service = "UserService")
    {
        auto seen = std::make_shared<Request>();
        openOffline = [seen, method = service + "/" + method, answer](const settings::Snapshot &,
                                                                      const std::string &) -> Result<std::unique_ptr<app::OfflineCalls>> {
            return std::unique_ptr<app::OfflineCalls>(
                std::make_unique<test::StandIn>([seen, method, answer](std::string_view called, const std::string &body) {
                    EXPECT_EQ(called, "matinee.v1." + method);
                    EXPECT_TRUE(seen->ParseFromString(body));
                    return answer;
                }));
        };
        return seen;
    }
};

TEST_F(UserCommands, CreatePrintsTheLinkOfANewAccount)
{
    v1::CreateUserResponse made;
    *made.mutable_user() = alice();
    *made.mutable_link() = link();
    const auto seen = expect<v1::CreateUserRequest>("CreateUser", made.SerializeAsString());
    const auto outcome = run({"user", "create", "alice", "--role", "admin"});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
    EXPECT_EQ(seen->name(), "alice");
    EXPECT_EQ(seen->role(), "admin");
    EXPECT_THAT(outcome.out, HasSubstr("http://host.test/password#t0ken\n"));
    EXPECT_THAT(outcome.out, HasSubstr("2026-01-03 03:04 UTC"));
    EXPECT_EQ(boost::json::parse(run({"user", "create", "alice", "--output", "json"}).out).at("link").at("address"),
              "http://host.test/password#t0ken");
    EXPECT_EQ(seen->role(), "user");
    EXPECT_THAT(run({"user", "create", "alice", "--output", "yaml"}).out, HasSubstr("name: \"alice\""));
    EXPECT_EQ(run({"user", "create", "alice", "--role", "king"}).exitCode, 2);
    EXPECT_EQ(run({"user", "create"}).exitCode, 2);
}

TEST_F(UserCommands, ListShowsNamesRolesAndBans)
{
    v1::ListUsersResponse page;
    *page.add_users() = alice();
    auto *mallory = page.add_users();
    mallory->set_name("mallory");
    mallory->set_role("user");
    mallory->set_state("banned");
    mallory->mutable_banned_until()->set_seconds(1767409445);
    auto *eve = page.add_users();
    eve->set_name("eve");
    eve->set_role("user");
    eve->set_state("banned");
    const auto seen = expect<v1::ListUsersRequest>("ListUsers", page.SerializeAsString());
    const auto outcome = run({"user", "list", "--search", "l"});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
    EXPECT_EQ(seen->search(), "l");
    EXPECT_THAT(outcome.out, HasSubstr("banned until 2026-01-03 03:04 UTC"));
    EXPECT_THAT(outcome.out, testing::ContainsRegex("eve +user +banned  "));
    expect<v1::ListUsersRequest>("ListUsers", std::string());
    EXPECT_THAT(run({"user", "list"}).out, HasSubstr("There are no accounts"));
}

TEST_F(UserCommands, BanTakesALengthOfTimeAndAReason)
{
    v1::User banned = alice();
    banned.set_state("banned");
    const auto seen = expect<v1::BanUserRequest>("BanUser", banned.SerializeAsString());
    const auto outcome = run({"user", "ban", "alice", "--for", "7d", "--reason", "spam"});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
    EXPECT_EQ(seen->user(), "alice");
    EXPECT_EQ(seen->seconds(), 7U * 86400);
    EXPECT_EQ(seen->reason(), "spam");
    EXPECT_EQ(outcome.out, "alice: signed out everywhere and banned.\n");
    EXPECT_EQ(run({"user", "ban", "alice"}).exitCode, 0);
    EXPECT_EQ(seen->seconds(), 0U) << "for good";
    EXPECT_EQ(run({"user", "ban", "alice", "--for", "soon"}).exitCode, 2);
}

TEST_F(UserCommands, RolesAreCheckedBeforeTheCall)
{
    const auto seen = expect<v1::SetUserRoleRequest>("SetUserRole", alice().SerializeAsString());
    EXPECT_EQ(run({"user", "role", "alice", "admin"}).out, "alice: the role is admin from now on.\n");
    EXPECT_EQ(seen->role(), "admin");
    EXPECT_EQ(run({"user", "role", "alice", "emperor"}).exitCode, 2);
    EXPECT_EQ(run({"user", "role", "alice"}).exitCode, 2);
}

TEST_F(UserCommands, SessionsAreShownAndEnded)
{
    v1::ListSessionsResponse sessions;
    auto *one = sessions.add_sessions();
    one->set_device("Firefox on Linux");
    one->set_address("192.0.2.7");
    one->set_method("password");
    expect<v1::ListUserSessionsRequest>("ListUserSessions", sessions.SerializeAsString());
    EXPECT_THAT(run({"user", "sessions", "alice"}).out, HasSubstr("Firefox on Linux  192.0.2.7"));
    v1::RevokeSessionsResponse revoked;
    revoked.set_revoked(1);
    const auto seen = expect<v1::RevokeUserSessionsRequest>("RevokeUserSessions", revoked.SerializeAsString());
    EXPECT_EQ(run({"user", "sign-out", "alice"}).out, "alice: ended 1 session.\n");
    EXPECT_EQ(seen->user(), "alice");
}

TEST_F(UserCommands, OneSessionIsEndedByItsId)
{
    v1::ListSessionsResponse sessions;
    sessions.add_sessions()->set_id("s3ss10n");
    (void)expect<v1::ListUserSessionsRequest>("ListUserSessions", sessions.SerializeAsString());
    EXPECT_THAT(run({"user", "sessions", "alice"}).out, HasSubstr("s3ss10n"));
    v1::RevokeSessionsResponse revoked;
    revoked.set_revoked(1);
    const auto seen = expect<v1::RevokeUserSessionRequest>("RevokeUserSession", revoked.SerializeAsString());
    EXPECT_EQ(run({"user", "sessions", "alice", "--end", "s3ss10n"}).out, "alice: ended the session s3ss10n.\n");
    EXPECT_EQ(seen->user(), "alice");
    EXPECT_EQ(seen->id(), "s3ss10n");
}

TEST_F(UserCommands, ListTakesAState)
{
    v1::ListUsersResponse page;
    *page.add_users() = alice();
    page.mutable_counts()->set_waiting(3);
    const auto seen = expect<v1::ListUsersRequest>("ListUsers", page.SerializeAsString());
    const auto outcome = run({"user", "list", "--state", "waiting", "--output", "json"});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
    EXPECT_EQ(seen->state(), "waiting");
    EXPECT_EQ(boost::json::parse(outcome.out).at("counts").at("waiting"), 3);
    EXPECT_EQ(run({"user", "list", "--state", "happy"}).exitCode, 2);
    (void)expect<v1::ListUsersRequest>("ListUsers", std::string());
    EXPECT_EQ(run({"user", "list", "--state", "banned"}).out, "No such account is banned.\n");
}

TEST_F(UserCommands, APictureIsTakenAway)
{
    const auto seen = expect<v1::RemoveUserAvatarRequest>("RemoveUserAvatar", v1::Avatar().SerializeAsString(), "UserAvatarService");
    EXPECT_EQ(run({"user", "remove-picture", "mallory"}).out, "mallory: has no picture any more.\n");
    EXPECT_EQ(seen->user(), "mallory");
}

TEST_F(UserCommands, InvitePrintsTheLinkAndHowToTakeItBack)
{
    v1::Invitation made;
    made.set_id("ib2hkiq3vpdz");
    made.set_address("http://host.test/sign-up#t0ken");
    made.set_role("user");
    made.set_uses(5);
    made.mutable_expires_at()->set_seconds(1767409445);
    const auto seen = expect<v1::CreateInvitationRequest>("CreateInvitation", made.SerializeAsString(), "InvitationService");
    const auto outcome = run({"user", "invite", "--uses", "5", "--days", "7", "--note", "for the club"});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
    EXPECT_EQ(seen->uses(), 5U);
    EXPECT_EQ(seen->expires_in_seconds(), 7U * 86400);
    EXPECT_EQ(seen->role(), "user");
    EXPECT_EQ(seen->note(), "for the club");
    EXPECT_THAT(outcome.out, HasSubstr("5 people can make an account (user) by this link, until 2026-01-03 03:04 UTC:\n"));
    EXPECT_THAT(outcome.out, HasSubstr("http://host.test/sign-up#t0ken\n"));
    EXPECT_THAT(outcome.out, HasSubstr("matinee user revoke-invitation ib2hkiq3vpdz\n"));
    EXPECT_EQ(run({"user", "invite"}).exitCode, 0);
    EXPECT_EQ(seen->uses(), 1U);
    EXPECT_EQ(seen->expires_in_seconds(), 86400U);
    using Option = std::pair<std::string, std::string>;
    for (const auto &[option, value] :
         {Option("--uses", "0"), Option("--uses", "101"), Option("--days", "0"), Option("--days", "91"), Option("--role", "king")})
        EXPECT_EQ(run({"user", "invite", option, value}).exitCode, 2) << option << " " << value;
}

TEST_F(UserCommands, InvitationsAreListedWithWhoCameByThemAndRevoked)
{
    v1::ListInvitationsResponse page;
    auto *one = page.add_invitations();
    one->set_id("ib2hkiq3vpdz");
    one->set_state("open");
    one->set_role("user");
    one->set_uses(5);
    one->set_uses_left(3);
    one->set_made_by("alice");
    one->add_used_by()->set_name("bob");
    one->add_used_by()->set_name("carol");
    (void)expect<v1::ListInvitationsRequest>("ListInvitations", page.SerializeAsString(), "InvitationService");
    const auto outcome = run({"user", "invitations"});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("ib2hkiq3vpdz  open   3 of 5  user"));
    EXPECT_THAT(outcome.out, HasSubstr("alice  bob, carol"));
    (void)expect<v1::ListInvitationsRequest>("ListInvitations", std::string(), "InvitationService");
    EXPECT_THAT(run({"user", "invitations"}).out, HasSubstr("There are no invitations."));
    const auto seen = expect<v1::RevokeInvitationRequest>("RevokeInvitation", one->SerializeAsString(), "InvitationService");
    EXPECT_EQ(run({"user", "revoke-invitation", "ib2hkiq3vpdz"}).out, "Nobody comes by the invitation ib2hkiq3vpdz from now on.\n");
    EXPECT_EQ(seen->id(), "ib2hkiq3vpdz");
}

TEST_F(UserCommands, ResetPasswordPrintsALink)
{
    const auto seen = expect<v1::CreatePasswordLinkRequest>("CreatePasswordLink", link().SerializeAsString());
    EXPECT_THAT(run({"user", "reset-password", "alice"}).out, HasSubstr("http://host.test/password#t0ken\n"));
    EXPECT_EQ(seen->user(), "alice");
}

TEST_F(UserCommands, ResetFactorsSaysHowTheOwnerSignsInAgain)
{
    v1::User user = alice();
    user.set_has_password(true);
    const auto seen = expect<v1::ResetUserFactorsRequest>("ResetUserFactors", user.SerializeAsString(), "UserFactorService");
    EXPECT_THAT(run({"user", "reset-factors", "alice"}).out, HasSubstr("The password alone signs in again."));
    EXPECT_EQ(seen->user(), "alice");
    user.set_has_password(false);
    (void)expect<v1::ResetUserFactorsRequest>("ResetUserFactors", user.SerializeAsString(), "UserFactorService");
    EXPECT_THAT(run({"user", "reset-factors", "alice"}).out, HasSubstr("matinee user reset-password alice"));
}

TEST_F(UserCommands, UnbanAndApproveNameTheAccount)
{
    const auto unban = expect<v1::UnbanUserRequest>("UnbanUser", alice().SerializeAsString());
    EXPECT_EQ(run({"user", "unban", "alice"}).out, "alice: may sign in again.\n");
    EXPECT_EQ(unban->user(), "alice");
    const auto approve = expect<v1::ApproveUserRequest>("ApproveUser", alice().SerializeAsString());
    EXPECT_EQ(run({"user", "approve", "alice"}).out, "alice: may sign in.\n");
    EXPECT_EQ(approve->user(), "alice");
}

TEST_F(UserCommands, DeleteAndRestoreSayWhatBecomesOfTheAccount)
{
    v1::User closed = alice();
    closed.set_state("closed");
    closed.mutable_closed_at()->set_seconds(1767323045);
    const auto removed = expect<v1::DeleteUserRequest>("DeleteUser", closed.SerializeAsString(), "UserLifeService");
    EXPECT_THAT(run({"user", "delete", "alice"}).out, HasSubstr("alice: signed out everywhere and closed."));
    EXPECT_EQ(removed->user(), "alice");
    v1::ListUsersResponse page;
    *page.add_users() = closed;
    (void)expect<v1::ListUsersRequest>("ListUsers", page.SerializeAsString());
    EXPECT_THAT(run({"user", "list"}).out, HasSubstr("closed 2026-01-02 03:04 UTC"));
    const auto restored = expect<v1::RestoreUserRequest>("RestoreUser", alice().SerializeAsString(), "UserLifeService");
    EXPECT_EQ(run({"user", "restore", "alice"}).out, "alice: is there again (active).\n");
    EXPECT_EQ(restored->user(), "alice");
}

TEST_F(UserCommands, ExportPrintsJsonForPeopleToo)
{
    v1::AccountData data;
    *data.mutable_account() = alice();
    const auto seen = expect<v1::ExportUserRequest>("ExportUser", data.SerializeAsString(), "UserLifeService");
    EXPECT_EQ(boost::json::parse(run({"user", "export", "alice"}).out).at("account").at("name"), "alice");
    EXPECT_EQ(seen->user(), "alice");
}

TEST_F(UserCommands, AFailureIsToldWithItsExitCode)
{
    expect<v1::SetUserRoleRequest>("SetUserRole", fail(ErrorCode::NotFound, "There is no account \"nobody\".", "user"));
    const auto outcome = run({"user", "role", "nobody", "admin"});
    EXPECT_EQ(outcome.exitCode, 4);
    EXPECT_THAT(outcome.err, HasSubstr("There is no account"));
    EXPECT_EQ(outcome.out, "");
}

} // namespace matinee
