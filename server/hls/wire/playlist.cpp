#include "hls/wire/playlist.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <utility>

namespace matinee::hls {

namespace {

using std::chrono::microseconds;

void appendNumber(std::string &out, std::uint64_t value, std::size_t width = 0)
{
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    const auto count = static_cast<std::size_t>(end - digits);
    out.append(width > count ? width - count : 0, '0');
    out.append(digits, count);
}

void appendDate(std::string &out, std::chrono::sys_time<microseconds> time)
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

} // namespace

Playlist::Playlist(std::chrono::seconds target, std::size_t length, Sequences start)
    : m_target(target), m_length(std::clamp<std::size_t>(length, 3, kMaxSegments)), m_start(start)
{
}

bool Playlist::mayForgetFirst() const
{
    if (m_segments.size() <= m_length)
        return false;
    microseconds rest{0};
    for (auto segment = m_segments.begin() + 1; segment != m_segments.end(); ++segment)
        rest += segment->duration;
    return rest >= 3 * m_target || m_segments.size() > kMaxSegments;
}

std::vector<Segment> Playlist::push(Segment segment)
{
    assert(segment.duration.count() >= 0 && segment.duration <= m_target);
    m_segments.push_back(std::move(segment));
    std::vector<Segment> gone;
    while (mayForgetFirst()) {
        gone.push_back(std::move(m_segments.front()));
        m_segments.pop_front();
        ++m_start.media;
        if (gone.back().discontinuity) // its tag went with it (RFC 8216, 6.2.2)
            ++m_start.discontinuity;
    }
    return gone;
}

Sequences Playlist::successor() const
{
    const auto tags = std::count_if(m_segments.begin(), m_segments.end(), [](const Segment &segment) { return segment.discontinuity; });
    return {nextSequence(), m_start.discontinuity + static_cast<std::uint64_t>(tags) + 1};
}

std::string Playlist::text(std::string_view query) const
{
    std::string out;
    out.reserve(256 + m_segments.size() * 160);
    out += "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:";
    appendNumber(out, static_cast<std::uint64_t>(m_target.count()));
    out += "\n#EXT-X-MEDIA-SEQUENCE:";
    appendNumber(out, m_start.media);
    out += "\n#EXT-X-DISCONTINUITY-SEQUENCE:";
    appendNumber(out, m_start.discontinuity);
    out += '\n';
    for (const auto &segment : m_segments) {
        if (segment.discontinuity)
            out += "#EXT-X-DISCONTINUITY\n";
        out += "#EXT-X-PROGRAM-DATE-TIME:";
        appendDate(out, segment.begins);
        out += "\n#EXTINF:";
        const auto duration = static_cast<std::uint64_t>(segment.duration.count());
        appendNumber(out, duration / 1'000'000);
        out += '.';
        appendNumber(out, duration % 1'000'000, 6);
        out += ",\n";
        out += segment.uri;
        if (!query.empty()) {
            out += '?';
            out += query;
        }
        out += '\n';
    }
    return out;
}

} // namespace matinee::hls
