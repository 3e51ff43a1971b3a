#include "cli/lifetime.h"

#include <charconv>
#include <utility>

namespace matinee::cli {

namespace {

constexpr std::int64_t kDay = 86400;
constexpr std::int64_t kLongest = 3650 * kDay; // ten years, as the call has it

} // namespace

std::optional<std::uint32_t> lifetime(std::string_view text)
{
    if (text == "never")
        return 0;
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    if (error != std::errc() || count <= 0 || count > kLongest)
        return std::nullopt;
    std::int64_t factor = 0;
    for (const auto &[name, seconds] :
         {std::pair<std::string_view, std::int64_t>{"s", 1}, {"m", 60}, {"h", 3600}, {"d", kDay}, {"w", 7 * kDay}, {"y", 365 * kDay}}) {
        if (unit == name)
            factor = seconds;
    }
    if (factor == 0 || count > kLongest / factor)
        return std::nullopt;
    return static_cast<std::uint32_t>(count * factor);
}

} // namespace matinee::cli
