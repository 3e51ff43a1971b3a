#include "accounts/oauth2/wire/user_info.h"

#include <gtest/gtest.h>

#include <functional>

namespace matinee::accounts::oauth2 {
namespace {

using Read = std::function<Result<RemoteUser, UserInfoFault>(std::string_view)>;

struct Answer
{
    const char *name;
    Read read;
    const char *text;
    RemoteUser user;
};
class UserInfoOf : public testing::TestWithParam<Answer>
{
};

TEST_P(UserInfoOf, IsReadAndNoBeginningOfIt)
{
    const std::string text = GetParam().text;
    const auto user = GetParam().read(text);
    ASSERT_TRUE(user);
    EXPECT_EQ(user->subject, GetParam().user.subject);
    EXPECT_EQ(user->name, GetParam().user.name);
    EXPECT_EQ(user->email, GetParam().user.email);
    EXPECT_EQ(user->isEmailVerified, GetParam().user.isEmailVerified);
    for (std::size_t size = 0; size < text.size(); ++size)
        EXPECT_FALSE(GetParam().read(text.substr(0, size))) << size;
    EXPECT_FALSE(GetParam().read("[]"));
    EXPECT_FALSE(GetParam().read("{}"));
    EXPECT_FALSE(GetParam().read("{\"x\":\"" + std::string(kMostUserInfoBytes, 'x') + "\"}"));
}

const auto kClaims = [](std::string_view text) { return userOfOpenId(text, "248289761001"); };
const auto kQqUser = [](std::string_view text) { return userOfQq(text, "5F2A0C"); };

INSTANTIATE_TEST_SUITE_P(
    Providers, UserInfoOf,
    testing::Values(
        Answer{
            "OpenId",
            kClaims,
            R"({"sub":"248289761001","name":"Jane Doe","preferred_username":"j.doe","email":"janedoe@example.com","email_verified":true})",
            {"248289761001", "j.doe", "janedoe@example.com", true}},
        Answer{
            "GitLab",
            kClaims,
            R"({"sub":"248289761001","sub_legacy":"0df","name":"Alice","nickname":"alice","email":"a@example.com","email_verified":false,"groups":["x"]})",
            {"248289761001", "alice", "a@example.com", false}},
        Answer{
            "Microsoft",
            kClaims,
            R"({"sub":"248289761001","name":"Mona Lisa","family_name":"Lisa","email":"mona@example.com","picture":"https://graph.example/p"})",
            {"248289761001", "Mona Lisa", "mona@example.com", false}},
        Answer{"Apple",
               kClaims,
               R"({"sub":"248289761001","email":"x7@privaterelay.example.com","email_verified":"true","is_private_email":"true"})",
               {"248289761001", "", "x7@privaterelay.example.com", true}},
        Answer{"GitHub",
               userOfGitHub,
               R"({"login":"octocat","id":583231,"node_id":"MDQ6","name":"The Octocat","email":null,"plan":{"name":"free"}})",
               {"583231", "octocat", "", false}},
        Answer{
            "Discord",
            userOfDiscord,
            R"({"id":"80351110224678912","username":"nelly","discriminator":"0","global_name":"Nelly","verified":true,"email":"nelly@example.com"})",
            {"80351110224678912", "nelly", "nelly@example.com", true}},
        Answer{"Gitee",
               userOfGitee,
               R"({"id":999999,"login":"mayun","name":"码云","url":"https://gitee.com/api/v5/users/mayun","email":null})",
               {"999999", "mayun", "", false}},
        Answer{
            "Feishu",
            userOfFeishu,
            R"({"code":0,"msg":"success","data":{"name":"张三","en_name":"zhangsan","open_id":"ou-caecc734c2e3328a","union_id":"on-d89","enterprise_email":"demo@example.com","tenant_key":"7"}})",
            {"ou-caecc734c2e3328a", "张三", "demo@example.com", false}},
        Answer{"Qq",
               kQqUser,
               R"({"ret":0,"msg":"","is_lost":0,"nickname":"飞翔的企鹅","gender":"男","figureurl":"http://q.example/30"})",
               {"5F2A0C", "飞翔的企鹅", "", false}}),
    [](const auto &info) { return std::string(info.param.name); });

TEST(UserInfo, OfAnotherPersonThanTheTokensIsRefused)
{
    const auto other = userOfOpenId(R"({"sub":"248289761002"})", "248289761001");
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error(), UserInfoFault::Subject);
    EXPECT_EQ(openIdOfQq(R"({"client_id":"100","openid":"5F2A0C"})", "101").error(), UserInfoFault::Subject) << "a token of another client";
    EXPECT_EQ(*openIdOfQq(R"({"client_id":"100","openid":"5F2A0C"})", "100"), "5F2A0C");
    EXPECT_EQ(openIdOfQq(R"({"error":100016,"error_description":"access token check failed"})", "100").error(), UserInfoFault::Refused);
    EXPECT_EQ(openIdOfQq(R"(callback( {"client_id":"100","openid":"5F2A0C"} );)", "100").error(), UserInfoFault::Malformed);
}

TEST(UserInfo, AnErrorWithStatus200IsAnError)
{
    EXPECT_EQ(userOfFeishu(R"({"code":20005,"msg":"invalid","data":{"open_id":"ou-1"}})").error(), UserInfoFault::Refused);
    EXPECT_EQ(userOfFeishu(R"({"data":{"open_id":"ou-1"}})").error(), UserInfoFault::Refused);
    EXPECT_EQ(userOfFeishu(R"({"code":0,"data":[]})").error(), UserInfoFault::Malformed);
    EXPECT_EQ(userOfQq(R"({"ret":-23,"msg":"token is invalid"})", "5F2A0C").error(), UserInfoFault::Refused);
}

TEST(UserInfo, ASubjectOfAnotherKindIsNone)
{
    for (const char *text : {R"({"id":"583231","login":"x"})", R"({"id":-1,"login":"x"})", R"({"id":0,"login":"x"})",
                             R"({"id":1.5,"login":"x"})", R"({"id":null})", R"({"login":"x"})"})
        EXPECT_FALSE(userOfGitHub(text)) << text;
    for (const char *text : {R"({"id":80351110224678912})", R"({"id":""})", R"({"id":"a\nb"})"})
        EXPECT_FALSE(userOfDiscord(text)) << text;
    EXPECT_EQ(userOfGitHub(R"({"id":18446744073709551615})")->subject, "18446744073709551615");
    EXPECT_FALSE(userOfGitHub(R"({"id":1,"id":2})")) << "two readers would take two people";
}

TEST(UserInfo, GitHubsPrimaryAddressCounts)
{
    RemoteUser user{.subject = "1", .name = "octocat"};
    ASSERT_TRUE(addGitHubEmail(R"([{"email":"old@example.com","primary":false,"verified":true,"visibility":null},
                                   {"email":"octocat@example.com","primary":true,"verified":true,"visibility":"private"}])",
                               user));
    EXPECT_EQ(user.email, "octocat@example.com");
    EXPECT_TRUE(user.isEmailVerified);
    RemoteUser none{.subject = "1", .name = "octocat"};
    EXPECT_TRUE(addGitHubEmail("[]", none));
    EXPECT_EQ(none.email, "");
    for (const char *text : {"{}", "[1]", "[],\"x\":1", "", "[", "[{\"email\":\"a@b\",\"email\":\"c@d\"}]"})
        EXPECT_FALSE(addGitHubEmail(text, none)) << text;
}

TEST(UserInfo, NamesAndAddressesAreCleaned)
{
    const auto user = userOfOpenId(R"({"sub":"1","name":"a\r\nBcc: x\u0000","email":"a@b\r\nc","email_verified":true})", "1");
    ASSERT_TRUE(user);
    EXPECT_EQ(user->name, "aBcc: x");
    EXPECT_EQ(user->email, "");
    EXPECT_FALSE(user->isEmailVerified) << "of what is no address nothing was proved";
    for (const char *email : {"\"@b.c\"", "\"a@\"", "\"a\"", "\"a b@c.d\"", "7", "null"})
        EXPECT_EQ(userOfOpenId(R"({"sub":"1","email":)" + std::string(email) + "}", "1")->email, "") << email;
    EXPECT_EQ(userOfOpenId(R"({"sub":"1","name":")" + std::string(500, 'n') + "\"}", "1")->name.size(), kMostNameBytes);
}

} // namespace
} // namespace matinee::accounts::oauth2
