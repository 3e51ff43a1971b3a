#include "common/settings/declarations.h"
#include "common/settings/value.h"

#include <gtest/gtest.h>

namespace matinee::settings {

namespace {

template <class T> std::string wrong(const Setting<T> &setting, std::string_view text)
{
    const auto parsed = parse(*setting.declaration, text);
    return parsed ? "accepted" : parsed.error().what;
}

template <class T> T good(const Setting<T> &setting, std::string_view text)
{
    const auto parsed = parse(*setting.declaration, text);
    EXPECT_TRUE(parsed) << setting.declaration->key << ": " << (parsed ? "" : parsed.error().what);
    return parsed ? Setting<T>::from(*parsed) : T{};
}

} // namespace

TEST(Value, IntegersKeepToTheirRange)
{
    EXPECT_EQ(good(serverPort, "1"), 1);
    EXPECT_EQ(good(serverPort, " 65535 "), 65535);
    for (const std::string_view text : {"0", "65536", "-1", "80a", "8080.0", "0x50", "", "99999999999999999999", "+80", "80 s"})
        EXPECT_NE(wrong(serverPort, text), "accepted") << text;
    EXPECT_EQ(wrong(serverPort, "80a"), "expected a whole number from 1 to 65535, got \"80a\"");
    EXPECT_EQ(wrong(serverPort, ""), "expected a whole number from 1 to 65535, got nothing");
}

TEST(Value, SecondsTakeUnits)
{
    EXPECT_EQ(good(serverIdleTimeoutSeconds, "90"), std::chrono::seconds(90));
    EXPECT_EQ(good(serverIdleTimeoutSeconds, "90s"), std::chrono::seconds(90));
    EXPECT_EQ(good(serverIdleTimeoutSeconds, "5 m"), std::chrono::seconds(300));
    EXPECT_EQ(good(serverIdleTimeoutSeconds, "1h"), std::chrono::seconds(3600));
    EXPECT_NE(wrong(serverIdleTimeoutSeconds, "2h"), "accepted");
    EXPECT_NE(wrong(serverIdleTimeoutSeconds, "5 weeks"), "accepted");
    EXPECT_NE(wrong(serverIdleTimeoutSeconds, "9223372036854775807h"), "accepted") << "overflow";
}

TEST(Value, SizesTakeUnits)
{
    EXPECT_EQ(good(serverMaxBodyBytes, "2048"), 2048);
    EXPECT_EQ(good(serverMaxBodyBytes, "2 MiB"), 2 << 20);
    EXPECT_EQ(good(serverMaxBodyBytes, "2M"), 2 << 20);
    EXPECT_EQ(good(serverMaxBodyBytes, "5MB"), 5000000);
    EXPECT_NE(wrong(serverMaxBodyBytes, "2 GiB"), "accepted");
    EXPECT_NE(wrong(serverMaxBodyBytes, "9223372036854775807 GiB"), "accepted") << "overflow";
    EXPECT_NE(wrong(serverMaxBodyBytes, "-9223372036854775808 GiB"), "accepted") << "overflow";
}

TEST(Value, YesAndNoAreWrittenInManyWays)
{
    for (const std::string_view text : {"true", "on", "yes", "True", "ON"})
        EXPECT_TRUE(good(serverHsts, text)) << text;
    for (const std::string_view text : {"false", "off", "no", "NO"})
        EXPECT_FALSE(good(serverHsts, text)) << text;
    EXPECT_EQ(wrong(serverHsts, "maybe"), "expected true or false, got \"maybe\"");
}

TEST(Value, ChoicesNameAllOfThem)
{
    EXPECT_EQ(good(loggingLevel, "debug"), "debug");
    EXPECT_EQ(wrong(loggingLevel, "loud"), "expected one of info, debug, warn, error, got \"loud\"");
}

TEST(Value, ListsAreSeparatedByCommas)
{
    EXPECT_EQ(good(adminAllowFrom, "private, 10.0.0.0/8"), (std::vector<std::string>{"private", "10.0.0.0/8"}));
    EXPECT_TRUE(good(adminAllowFrom, "").empty());
    EXPECT_NE(wrong(adminAllowFrom, "private,,loopback"), "accepted");
    EXPECT_NE(wrong(adminAllowFrom, "10.0.0.0/33"), "accepted");
    std::string many = "private";
    for (std::size_t i = 0; i < kMaxListEntries; ++i)
        many += ",private";
    EXPECT_NE(wrong(adminAllowFrom, many), "accepted");
}

TEST(Value, NetworksAreAddressesBlocksOrNames)
{
    for (const std::string_view text :
         {"10.1.2.3", "10.0.0.0/8", "::1", "fd00::/8", "private", "loopback", "0.0.0.0/0", "::ffff:1.2.3.4/128"})
        EXPECT_TRUE(rules::isNetwork(text)) << text;
    for (const std::string_view text :
         {"10.1.2", "10.0.0.0/33", "fd00::/129", "10.0.0.0/", "/8", "privat", "10.0.0.0/8/8", "10.0.0.0/-1", " "})
        EXPECT_FALSE(rules::isNetwork(text)) << text;
}

TEST(Value, OriginsHaveNoPath)
{
    for (const std::string_view text : {"https://a.example.org", "http://localhost:5173", "http://[::1]:80", "*", "https://127.0.0.1"})
        EXPECT_TRUE(rules::isOrigin(text)) << text;
    for (const std::string_view text : {"https://a.example.org/", "a.example.org", "ftp://a", "https://", "https://a:0", "https://a:99999",
                                        "https://a b", "https://[::1", "null", "https://user@a", "https://1.2.3"})
        EXPECT_FALSE(rules::isOrigin(text)) << text;
}

TEST(Value, PublicAddressesAreWebAddresses)
{
    for (const std::string_view text : {"https://watch.example.org", "https://example.org/matinee/", "http://10.0.0.2:8080"})
        EXPECT_TRUE(rules::isHttpUrl(text)) << text;
    for (const std::string_view text : {"watch.example.org", "https://a?b", "https://a#b", "https://u:p@a", "https:///x", "https://a/\"x"})
        EXPECT_FALSE(rules::isHttpUrl(text)) << text;
}

TEST(Value, HostsAreNamesOrAddresses)
{
    for (const std::string_view text : {"live.example.org", "localhost", "10.0.0.1", "::1", "a-b.c"})
        EXPECT_TRUE(rules::isHost(text)) << text;
    for (const std::string_view text : {"-a", "a-", "a..b", "a.", "1.2.3", "1.2.3.999", "a:80", "a/b", "a_b", ""})
        EXPECT_FALSE(rules::isHost(text)) << text;
}

TEST(Value, TextsHaveNoControlCharactersAndALimit)
{
    EXPECT_NE(wrong(serverName, "a\nb"), "accepted");
    EXPECT_NE(wrong(serverName, std::string_view("a\0b", 3)), "accepted");
    EXPECT_NE(wrong(serverName, std::string(kMaxTextLength + 1, 'x')), "accepted");
    EXPECT_EQ(good(serverName, "放映室"), "放映室");
    EXPECT_NE(wrong(serverAddress, std::string_view("127.0.0.1\0x", 11)), "accepted");
}

TEST(Value, SecretsMustNotBeGuessable)
{
    const std::string strong = "9f1c6be0a4d37725c8b91e04fd62a83b5517e0c94ab2d6f8130e7c5d2948fa61";
    EXPECT_EQ(good(jwtSecret, strong), strong);
    EXPECT_EQ(good(metricsAuthBearerToken, "correct horse battery staple"), "correct horse battery staple");
    for (const std::string_view text : {"changeme-changeme-changeme", "your-secret-goes-here", "aaaaaaaaaaaaaaaaaaaaaaaa", "short",
                                        "abababababababababababab", "MyPassword1234567890", "<put your token here>"})
        EXPECT_NE(wrong(metricsAuthBearerToken, text), "accepted") << text;
    EXPECT_NE(wrong(jwtSecret, std::string(64, '0')), "accepted");
    EXPECT_NE(wrong(jwtSecret, "deadbeef" + strong.substr(8)), "accepted");
}

TEST(Value, WrongSecretsAreNotRepeated)
{
    EXPECT_EQ(wrong(jwtSecret, "hunter2").find("hunter2"), std::string::npos);
    EXPECT_EQ(wrong(databaseUrl, "mysql://joe:hunter2@db/x").find("hunter2"), std::string::npos);
}

TEST(Value, WhatIsShownHoldsNoSecret)
{
    EXPECT_EQ(shown(*jwtSecret.declaration, std::string("9f1c6be0")), "********");
    EXPECT_EQ(shown(*jwtSecret.declaration, std::string()), "");
    EXPECT_EQ(shown(*databaseUrl.declaration, std::string("postgres://joe:hunter2@db:5432/matinee")),
              "postgres://joe:********@db:5432/matinee");
    EXPECT_EQ(shown(*databaseUrl.declaration, std::string("postgres://joe:p@ss@db/matinee")), "postgres://joe:********@db/matinee");
    EXPECT_EQ(shown(*databaseUrl.declaration, std::string("postgres://db/matinee?password=hunter2")).find("hunter2"), std::string::npos);
    EXPECT_EQ(shown(*databaseUrl.declaration, std::string("sqlite:/srv/matinee.db")), "sqlite:/srv/matinee.db");
}

TEST(Value, ALadderSaysWhatIsWrongInIt)
{
    EXPECT_EQ(good(livestreamLadder, ""), "");
    EXPECT_EQ(good(livestreamLadder, " 720p@2500, 480p@1200,360p@600 "), "720p@2500, 480p@1200,360p@600");
    const std::vector<std::pair<std::string, std::string>> bad{
        {"720", "\"720\" is not a height and a rate such as 720p@2500"},
        {"720p@2500,", "\"\" is not a height"},
        {"720p@-5", "is not a height"},
        {"480p@1200, 720p@2500", "720p stands after 480p; each must be lower"},
        {"480p@1200, 480p@900", "480p stands after 480p"},
        {"361p@600", "the height must be an even number from 96 to 4320"},
        {"360p@10", "the rate must be 50 to 100000 kilobits"},
        {"700p@99,600p@99,500p@99,400p@99,300p@99,200p@99,100p@99", "there are more than 6"},
        {"99999999999p@600", "is not a height"},
    };
    for (const auto &[text, says] : bad)
        EXPECT_NE(wrong(livestreamLadder, text).find(says), std::string::npos) << wrong(livestreamLadder, text);
}

} // namespace matinee::settings
