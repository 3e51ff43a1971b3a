#include "record/wire/name_pattern.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace matinee::record {

namespace {

constexpr std::size_t kLongestPath = 512;
constexpr std::string_view kExtension = ".mp4";

std::pair<std::string, std::string> dateAndTime(std::chrono::system_clock::time_point at)
{
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at - day));
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()));
    std::string first = text;
    std::snprintf(text, sizeof text, "%02d-%02d-%02d", static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    return {std::move(first), text};
}

void replace(std::string &text, std::string_view what, std::string_view by)
{
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

} // namespace

std::string fileName(std::string_view pattern, const NameParts &parts, unsigned attempt)
{
    std::string name(pattern.substr(0, pattern.size() - kExtension.size()));
    const auto [date, time] = dateAndTime(parts.at);
    replace(name, "{stream}", parts.stream);
    replace(name, "{date}", date);
    replace(name, "{time}", time);
    replace(name, "{id}", parts.id);
    if (parts.clip)
        name += "-clip";
    if (attempt > 0)
        name += "-" + std::to_string(attempt);
    return name.append(kExtension);
}

bool isSafePath(std::string_view path)
{
    if (path.empty() || path.size() > kLongestPath || !path.ends_with(kExtension))
        return false;
    const bool plain = std::all_of(path.begin(), path.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '/';
    });
    while (plain) {
        const auto part = path.substr(0, path.find('/'));
        if (part.empty() || part.starts_with('.'))
            return false;
        if (part.size() == path.size())
            return true;
        path.remove_prefix(part.size() + 1);
    }
    return false;
}

} // namespace matinee::record
