#include "client/server_address.h"

#include <gtest/gtest.h>

namespace matinee::gui {
namespace {

std::string socketOf(const char *typed)
{
    const auto address = ServerAddress::parse(QString::fromUtf8(typed));
    return address ? address->socketUrl().toString().toStdString() : "error: " + address.error().toStdString();
}

TEST(ServerAddress, UnderstandsWhatPeopleTypeAndPaste)
{
    const std::pair<const char *, const char *> cases[] = {
        {"example.org", "ws://example.org:8080/admin/ws"},
        {" example.org ", "ws://example.org:8080/admin/ws"},
        {"example.org:9000", "ws://example.org:9000/admin/ws"},
        {"192.168.1.20", "ws://192.168.1.20:8080/admin/ws"},
        {"::1", "ws://[::1]:8080/admin/ws"},
        {"[::1]:9000", "ws://[::1]:9000/admin/ws"},
        {"http://example.org", "ws://example.org/admin/ws"},
        {"http://example.org:8080/", "ws://example.org:8080/admin/ws"},
        {"HTTPS://Example.org", "wss://example.org/admin/ws"},
        {"https://example.org:8443/watch/movie-night", "wss://example.org:8443/admin/ws"},
        {"ws://example.org:8080/admin/ws", "ws://example.org:8080/admin/ws"},
        {"wss://example.org/admin/ws", "wss://example.org/admin/ws"},
        {"https://example.org/matinee/", "wss://example.org/matinee/admin/ws"},
        {"https://example.org:80", "wss://example.org:80/admin/ws"},
    };
    for (const auto &[typed, expected] : cases)
        EXPECT_EQ(socketOf(typed), expected) << typed;
}

TEST(ServerAddress, SaysWhatIsWrongAndWhatWouldBeRight)
{
    const std::pair<const char *, const char *> cases[] = {
        {"", "Enter the address"},
        {"   ", "Enter the address"},
        {"rtmp://example.org/live", "http://example.org:8080"},
        {"ftp://example.org", "\"ftp://\" is not understood"},
        {"example.org:notaport", "is not an address"},
        {"example.org:99999", "is not an address"},
        {"example.org:0", "0 is not a port"},
        {"two words", "is not an address"},
        {"::1:8080:x", "is not an address"},
        {"http://", "is not an address"},
        {"user:secret@example.org", "Leave out what stands before the \"@\""},
    };
    for (const auto &[typed, expected] : cases)
        EXPECT_NE(socketOf(typed).find(expected), std::string::npos) << typed << " -> " << socketOf(typed);
    EXPECT_NE(socketOf(std::string(600, 'a').c_str()).find("too long"), std::string::npos);
}

TEST(ServerAddress, ReadsItsOwnTextAgain)
{
    for (const char *typed : {"example.org", "[::1]:9000", "https://example.org", "https://example.org/matinee", "http://example.org"}) {
        const auto address = ServerAddress::parse(QString::fromUtf8(typed));
        ASSERT_TRUE(address);
        const auto again = ServerAddress::parse(address->text());
        ASSERT_TRUE(again) << address->text().toStdString();
        EXPECT_EQ(*again, *address) << typed;
    }
}

TEST(ServerAddress, KnowsTheAddressesForBrowsersAndEncoders)
{
    const auto address = *ServerAddress::parse(QStringLiteral("https://example.org/matinee"));
    EXPECT_EQ(address.webUrl(QStringLiteral("/watch/a")).toString().toStdString(), "https://example.org/matinee/watch/a");
    EXPECT_EQ(address.rtmpAddress(1935).toStdString(), "rtmp://example.org/live");
    EXPECT_EQ(address.rtmpAddress(1936).toStdString(), "rtmp://example.org:1936/live");
    EXPECT_EQ(ServerAddress::parse(QStringLiteral("::1"))->rtmpAddress(1936).toStdString(), "rtmp://[::1]:1936/live");
    EXPECT_TRUE(ServerAddress::parse(QStringLiteral("localhost"))->isLoopback());
    EXPECT_TRUE(ServerAddress::parse(QStringLiteral("127.0.0.1:1"))->isLoopback());
    EXPECT_FALSE(address.isLoopback());
}

} // namespace
} // namespace matinee::gui
