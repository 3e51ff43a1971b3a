#include "accounts/device_label.h"

#include <gtest/gtest.h>

namespace matinee::accounts {

namespace {

TEST(DeviceLabel, BrowsersAreCalledByTheirOwnNameAndTheirSystem)
{
    EXPECT_EQ(deviceLabel("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"), "Firefox on Linux");
    EXPECT_EQ(
        deviceLabel("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36"),
        "Chrome on Android");
    EXPECT_EQ(deviceLabel("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 "
                          "Edg/130.0.0.0"),
              "Edge on Windows");
    EXPECT_EQ(deviceLabel(
                  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15"),
              "Safari on macOS");
    EXPECT_EQ(deviceLabel("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/130.0 "
                          "Mobile/15E148 Safari/604.1"),
              "Chrome on iPhone");
    EXPECT_EQ(deviceLabel("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"),
              "Chrome on ChromeOS");
    EXPECT_EQ(deviceLabel("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/130.0.0.0 Safari/537.36"),
              "Chrome on Linux");
    EXPECT_EQ(deviceLabel("Mozilla/5.0 Firefox/128.0"), "Firefox");
}

TEST(DeviceLabel, OtherProgramsAreCalledByTheirFirstProduct)
{
    EXPECT_EQ(deviceLabel("matinee-admin/1.0 (Linux)"), "matinee-admin");
    EXPECT_EQ(deviceLabel("curl/8.10.1"), "curl");
    EXPECT_EQ(deviceLabel("Mozilla/5.0 (compatible)"), "Mozilla");
    EXPECT_EQ(deviceLabel(""), "");
}

TEST(DeviceLabel, NothingOfAMadeUpHeaderBecomesASentence)
{
    EXPECT_EQ(deviceLabel("your account is at risk, call us"), "your");
    EXPECT_EQ(deviceLabel("<b>bold</b>"), "");
    EXPECT_EQ(deviceLabel("\xe5\xaf\x86\xe7\xa0\x81"), "");
    EXPECT_EQ(deviceLabel(std::string(5000, 'x')).size(), kMaxDeviceLabel);
    EXPECT_EQ(deviceLabel("Mozilla/5.0 (nonsense Windows \x01) Firefox/"), "Firefox on Windows");
}

} // namespace

} // namespace matinee::accounts
