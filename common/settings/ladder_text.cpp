#include "common/settings/ladder_text.h"

#include <charconv>

namespace matinee::settings {

namespace {

constexpr std::uint32_t kMinHeight = 96;
constexpr std::uint32_t kMaxHeight = 4320;
constexpr std::uint32_t kMinKbps = 50;
constexpr std::uint32_t kMaxKbps = 100000;

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The whole of `text`, or 0.
std::uint32_t number(std::string_view text)
{
    std::uint32_t value = 0;
    const auto *const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && stopped == end ? value : 0;
}

Result<LadderEntry, Wrong> parseEntry(std::string_view text)
{
    const auto shown = "\"" + std::string(text.substr(0, 20)) + "\"";
    const auto at = text.find("p@");
    LadderEntry entry;
    if (at != std::string_view::npos)
        entry = {number(text.substr(0, at)), number(text.substr(at + 2))};
    if (entry.height == 0 || entry.videoKbps == 0)
        return Wrong{shown + " is not a height and a rate such as 720p@2500"};
    if (entry.height < kMinHeight || entry.height > kMaxHeight || entry.height % 2 != 0)
        return Wrong{"in " + shown + " the height must be an even number from 96 to 4320"};
    if (entry.videoKbps < kMinKbps || entry.videoKbps > kMaxKbps)
        return Wrong{"in " + shown + " the rate must be 50 to 100000 kilobits a second"};
    return entry;
}

} // namespace

Result<std::vector<LadderEntry>, Wrong> parseLadder(std::string_view text)
{
    std::vector<LadderEntry> entries;
    if (trimmed(text).empty())
        return entries;
    for (std::size_t from = 0; from <= text.size();) {
        const auto comma = std::min(text.find(',', from), text.size());
        const auto entry = parseEntry(trimmed(text.substr(from, comma - from)));
        if (!entry)
            return entry.error();
        if (entries.size() >= kMaxLadderEntries)
            return Wrong{"there are more than " + std::to_string(kMaxLadderEntries)};
        if (!entries.empty() && entry->height >= entries.back().height)
            return Wrong{std::to_string(entry->height) + "p stands after " + std::to_string(entries.back().height) +
                         "p; each must be lower than the one before it"};
        entries.push_back(*entry);
        from = comma + 1;
    }
    return entries;
}

} // namespace matinee::settings
