#include "accounts/device_label.h"

#include <array>

namespace matinee::accounts {

namespace {

struct Known
{
    std::string_view mark;
    std::string_view name;
};

// In this order: each browser names those that it is made from, too. "Headless" is a Chrome that nobody looks at.
constexpr std::array kBrowsers{
    Known{"EdgA/", "Edge"},         Known{"EdgiOS/", "Edge"},           Known{"Edg/", "Edge"},
    Known{"OPR/", "Opera"},         Known{"Vivaldi/", "Vivaldi"},       Known{"SamsungBrowser/", "Samsung Internet"},
    Known{"YaBrowser/", "Yandex"},  Known{"MicroMessenger/", "WeChat"}, Known{"Firefox/", "Firefox"},
    Known{"FxiOS/", "Firefox"},     Known{"CriOS/", "Chrome"},          Known{"HeadlessChrome/", "Chrome"},
    Known{"Chromium/", "Chromium"}, Known{"Chrome/", "Chrome"},         Known{"Safari/", "Safari"},
};

// Android and ChromeOS say Linux or X11 too, iPads and iPhones "like Mac OS X".
constexpr std::array kSystems{
    Known{"Android", "Android"}, Known{"iPhone", "iPhone"},  Known{"iPad", "iPad"},       Known{"CrOS", "ChromeOS"},
    Known{"Windows", "Windows"}, Known{"Mac OS X", "macOS"}, Known{"Macintosh", "macOS"}, Known{"FreeBSD", "FreeBSD"},
    Known{"OpenBSD", "OpenBSD"}, Known{"Linux", "Linux"},
};

template <std::size_t N> std::string_view firstOf(const std::array<Known, N> &known, std::string_view text)
{
    for (const Known &one : known) {
        if (text.find(one.mark) != std::string_view::npos)
            return one.name;
    }
    return {};
}

bool isProductChar(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '+';
}

} // namespace

std::string deviceLabel(std::string_view userAgent)
{
    const auto browser = userAgent.starts_with("Mozilla/") ? firstOf(kBrowsers, userAgent) : std::string_view();
    if (!browser.empty()) {
        const auto system = firstOf(kSystems, userAgent);
        return system.empty() ? std::string(browser) : std::string(browser) + " on " + std::string(system);
    }
    std::size_t length = 0;
    while (length < userAgent.size() && length < kMaxDeviceLabel && isProductChar(userAgent[length]))
        ++length;
    return std::string(userAgent.substr(0, length));
}

} // namespace matinee::accounts
