#include "hls/wire/reload.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace matinee::hls {

namespace {

constexpr std::uint64_t kAhead = 2; // segments beyond the last one (6.2.5.2)

template <class F> void forEachPair(std::string_view query, F visit)
{
    while (!query.empty()) {
        const auto pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const auto name = pair.substr(0, pair.find('='));
        visit(pair, name, pair.substr(std::min(name.size() + 1, pair.size())));
    }
}

std::optional<std::uint64_t> numberOf(std::string_view text)
{
    std::uint64_t value = 0;
    const auto end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end || value > std::uint64_t{1} << 53)
        return std::nullopt;
    return value;
}

/// 3 / PART-TARGET parts ahead where that is below a second, 3 otherwise.
std::uint64_t advanceLimit(Microseconds partTarget)
{
    if (partTarget.count() <= 0 || partTarget >= std::chrono::seconds(1))
        return 3;
    return static_cast<std::uint64_t>((Microseconds(std::chrono::seconds(3)).count() + partTarget.count() - 1) / partTarget.count());
}

} // namespace

Result<Reload> parseReload(std::string_view query)
{
    Reload reload;
    std::string wrong;
    forEachPair(query, [&](std::string_view, std::string_view name, std::string_view value) {
        const auto number = [&](std::optional<std::uint64_t> &into) {
            into = numberOf(value);
            if (!into)
                wrong = std::string(name) + " is not a number.";
        };
        if (name == "_HLS_msn")
            number(reload.number);
        else if (name == "_HLS_part")
            number(reload.part);
        else if (name == "_HLS_skip")
            reload.delta = value == "YES" || value == "v2";
    });
    if (wrong.empty() && reload.part && !reload.number)
        wrong = "_HLS_part needs _HLS_msn beside it.";
    if (!wrong.empty())
        return fail(ErrorCode::InvalidArgument, wrong);
    return reload;
}

Reach reachOf(const Playlist &playlist, const Reload &reload)
{
    if (!reload.number)
        return Reach::Now;
    const auto open = playlist.nextNumber();
    const auto limit = advanceLimit(playlist.shape().partTarget);
    if (*reload.number > open + kAhead - 1)
        return Reach::TooFar;
    if (*reload.number > open)
        return Reach::Wait;
    const auto parts = playlist.openParts();
    if (*reload.number == open) {
        if (!reload.part)
            return Reach::Wait;
        if (*reload.part >= parts + limit)
            return Reach::TooFar;
        return *reload.part < parts ? Reach::Now : Reach::Wait;
    }
    if (!reload.part || *reload.number + 1 < open)
        return Reach::Now;
    // The last segment ended earlier than the player expected: it means the first part of the next (6.2.5.2).
    const auto last = playlist.segment(*reload.number);
    if (!last || last->parts.empty() || *reload.part < last->parts.size())
        return Reach::Now;
    if (*reload.part >= last->parts.size() + limit)
        return Reach::TooFar;
    return parts > 0 ? Reach::Now : Reach::Wait;
}

bool leavesOut(const Playlist &playlist, const Reload &reload)
{
    return reload.delta && (!reload.number || playlist.sequences().media + playlist.skippable() <= *reload.number);
}

std::string credentialsOf(std::string_view query)
{
    std::string out;
    forEachPair(query, [&](std::string_view pair, std::string_view name, std::string_view value) {
        if ((name != "key" && name != "token") || value.empty())
            return;
        if (!std::all_of(pair.begin(), pair.end(), [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '#'; }))
            return;
        if (!out.empty())
            out += '&';
        out += pair;
    });
    return out;
}

} // namespace matinee::hls
