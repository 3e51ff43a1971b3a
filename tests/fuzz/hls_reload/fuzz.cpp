// Queries of HLS players: what they ask of a playlist, and the credentials that are written into one.
#include "hls/wire/playlist.h"
#include "hls/wire/reload.h"

#include <algorithm>
#include <cstdlib>

using namespace matinee::hls;

namespace {

const Playlist &playlist()
{
    static const Playlist made = [] {
        Playlist list({.target = std::chrono::seconds(2), .length = 6, .partTarget = std::chrono::milliseconds(500)});
        for (std::uint64_t number = 5; number < 9; ++number) {
            Segment segment;
            segment.number = number;
            segment.stem = "s";
            segment.duration = std::chrono::seconds(2);
            segment.parts.resize(4);
            list.push(std::move(segment));
        }
        return list;
    }();
    return made;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string_view query(reinterpret_cast<const char *>(data), size);
    if (const auto reload = parseReload(query)) {
        const auto reach = reachOf(playlist(), *reload);
        if (reload->part && !reload->number)
            std::abort();
        if (!reload->number && reach != Reach::Now)
            std::abort();
    }
    const auto credentials = credentialsOf(query);
    if (credentials.size() > size || credentials.find_first_of("\n\r\"# ") != std::string::npos)
        std::abort();
    // Nothing in a query may add a line to a playlist.
    const auto plain = playlist().text();
    const auto handed = playlist().text(credentials);
    if (std::count(plain.begin(), plain.end(), '\n') != std::count(handed.begin(), handed.end(), '\n'))
        std::abort();
    return 0;
}
