#include "hls/wire/playlist_text.h"

#include <charconv>

namespace matinee::hls {

void appendNumber(std::string &out, std::uint64_t value, std::size_t width)
{
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    const auto count = static_cast<std::size_t>(end - digits);
    out.append(width > count ? width - count : 0, '0');
    out.append(digits, count);
}

void appendSeconds(std::string &out, Microseconds duration)
{
    const auto count = static_cast<std::uint64_t>(duration.count() < 0 ? 0 : duration.count());
    appendNumber(out, count / 1'000'000);
    out += '.';
    appendNumber(out, count % 1'000'000, 6);
}

void appendDate(std::string &out, WallTime time)
{
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::milliseconds>(time - day));
    const auto number = [&](auto value, std::size_t width, char after) {
        appendNumber(out, static_cast<std::uint64_t>(value), width);
        out += after;
    };
    number(static_cast<int>(date.year()), 4, '-');
    number(static_cast<unsigned>(date.month()), 2, '-');
    number(static_cast<unsigned>(date.day()), 2, 'T');
    number(clock.hours().count(), 2, ':');
    number(clock.minutes().count(), 2, ':');
    number(clock.seconds().count(), 2, '.');
    number(clock.subseconds().count(), 3, 'Z');
}

void appendUri(std::string &out, std::string_view uri, std::string_view query)
{
    out += uri;
    if (query.empty())
        return;
    out += '?';
    out += query;
}

std::string percentEncoded(std::string_view text)
{
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<std::uint8_t>(c);
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
        if (plain)
            out += c;
        else
            out.append({'%', hex[byte >> 4], hex[byte & 15]});
    }
    return out;
}

} // namespace matinee::hls
