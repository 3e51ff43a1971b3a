#include "hls/wire/playlist.h"

#include "hls/wire/playlist_text.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace matinee::hls {

namespace {

constexpr int kSkipTargets = 6;       // CAN-SKIP-UNTIL must be at least six target durations (8216bis, 4.4.3.8)
constexpr int kListedPartTargets = 3; // parts older than three target durations may leave the list (6.2.2)
constexpr int kHeldPartTargets = 5;   // and are held a little longer, for who read the list just before
constexpr int kPartHoldBackParts = 3; // PART-HOLD-BACK should be at least three part targets (4.4.3.8)

} // namespace

Playlist::Playlist(PlaylistShape shape) : m_shape(shape)
{
    m_shape.length = std::clamp<std::size_t>(shape.length, 3, kMaxSegments);
}

Sequences Playlist::sequences() const
{
    if (m_segments.empty())
        return {};
    const auto &first = *m_segments.front();
    return {first.number, first.discontinuities - (first.discontinuity ? 1 : 0)};
}

Microseconds Playlist::duration() const
{
    return m_duration;
}

bool Playlist::mayForgetFirst() const
{
    if (m_segments.size() <= m_shape.length)
        return false;
    const auto rest = m_duration - m_segments.front()->duration;
    const auto most = kMaxSegments + static_cast<std::size_t>(m_shape.window / std::chrono::milliseconds(500));
    return rest >= std::max<Microseconds>(3 * m_shape.target, m_shape.window) || m_segments.size() > most;
}

SegmentPtr Playlist::shorten()
{
    if (m_segments.size() <= m_shape.length)
        return nullptr;
    auto gone = std::move(m_segments.front());
    m_segments.pop_front();
    m_duration -= gone->duration;
    return gone;
}

std::vector<SegmentPtr> Playlist::push(Segment segment)
{
    assert(m_segments.empty() || segment.number == m_segments.back()->number + 1);
    m_duration += segment.duration;
    m_segments.push_back(std::make_shared<const Segment>(std::move(segment)));
    m_open.reset();
    std::vector<SegmentPtr> gone;
    while (mayForgetFirst()) {
        gone.push_back(std::move(m_segments.front()));
        m_segments.pop_front();
        m_duration -= gone.back()->duration;
    }
    forgetParts();
    return gone;
}

std::size_t Playlist::firstWithParts(int targets) const
{
    Microseconds after{0};
    auto index = m_segments.size();
    while (index > 0 && after < targets * m_shape.target)
        after += m_segments[--index]->duration;
    return index;
}

void Playlist::forgetParts()
{
    if (m_shape.partTarget.count() == 0)
        return;
    for (auto index = firstWithParts(kHeldPartTargets); index > 0 && !m_segments[index - 1]->parts.empty(); --index) {
        auto bare = std::make_shared<Segment>(*m_segments[index - 1]);
        bare->parts.clear();
        m_segments[index - 1] = std::move(bare);
    }
}

SegmentPtr Playlist::segment(std::uint64_t number) const
{
    if (m_segments.empty() || number < m_segments.front()->number || number > m_segments.back()->number)
        return nullptr;
    return m_segments[number - m_segments.front()->number];
}

const Part *Playlist::part(std::uint64_t number, std::uint64_t part) const
{
    const auto found = m_open && m_open->number == number ? m_open : segment(number);
    return found && part < found->parts.size() ? &found->parts[part] : nullptr;
}

/// How many segments a delta update leaves out: those that end before the skip boundary.
std::size_t Playlist::skippable() const
{
    return firstWithParts(kSkipTargets);
}

std::string Playlist::partUri(std::string_view stem, std::uint64_t part, std::string_view extension)
{
    std::string uri(stem);
    uri += '.';
    appendNumber(uri, part);
    uri += '.';
    uri += extension;
    return uri;
}

std::string Playlist::text(std::string_view query, bool delta, const std::vector<RenditionReport> &reports) const
{
    const bool parts = m_shape.partTarget.count() > 0;
    const auto skipped = delta && parts ? skippable() : 0; // who may leave out is told so with the parts
    const bool gaps = std::any_of(m_segments.begin(), m_segments.end(), [](const SegmentPtr &segment) { return segment->gap; });
    const bool maps = !m_segments.empty() && m_segments.front()->map;
    std::string out;
    out.reserve(512 + (m_segments.size() - skipped) * (140 + query.size()) + (parts ? 64 * (80 + query.size()) : 0));
    const auto tag = [&](std::string_view name, std::uint64_t value) {
        out += name;
        appendNumber(out, value);
        out += '\n';
    };
    tag("#EXTM3U\n#EXT-X-VERSION:", parts ? 9 : gaps ? 8 : maps ? 6 : 3);
    tag("#EXT-X-TARGETDURATION:", static_cast<std::uint64_t>(m_shape.target.count()));
    if (parts) {
        out += "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=";
        appendSeconds(out, kPartHoldBackParts * m_shape.partTarget);
        out += ",CAN-SKIP-UNTIL=";
        appendSeconds(out, kSkipTargets * m_shape.target);
        out += "\n#EXT-X-PART-INF:PART-TARGET=";
        appendSeconds(out, m_shape.partTarget);
        out += '\n';
    }
    const auto numbers = sequences();
    tag("#EXT-X-MEDIA-SEQUENCE:", numbers.media);
    tag("#EXT-X-DISCONTINUITY-SEQUENCE:", numbers.discontinuity);
    if (skipped > 0)
        tag("#EXT-X-SKIP:SKIPPED-SEGMENTS=", skipped);

    const Map *map = skipped > 0 ? m_segments[skipped - 1]->map.get() : nullptr;
    const auto begin = [&](const Segment &segment) {
        if (segment.discontinuity)
            out += "#EXT-X-DISCONTINUITY\n";
        if (segment.map && segment.map.get() != map) {
            out += "#EXT-X-MAP:URI=\"";
            appendUri(out, segment.map->uri, query);
            out += "\"\n";
            map = segment.map.get();
        }
        out += "#EXT-X-PROGRAM-DATE-TIME:";
        appendDate(out, segment.begins);
        out += '\n';
    };
    const auto listParts = [&](const Segment &segment) {
        for (std::size_t index = 0; index < segment.parts.size(); ++index) {
            const auto &part = segment.parts[index];
            out += "#EXT-X-PART:DURATION=";
            appendSeconds(out, part.duration);
            out += ",URI=\"";
            appendUri(out, partUri(segment.stem, index, m_shape.extension), query);
            out += part.independent ? "\",INDEPENDENT=YES\n" : "\"\n";
        }
    };
    const auto partsFrom = parts ? firstWithParts(kListedPartTargets) : m_segments.size();
    for (auto index = skipped; index < m_segments.size(); ++index) {
        const auto &segment = *m_segments[index];
        begin(segment);
        if (index >= partsFrom)
            listParts(segment);
        if (segment.gap)
            out += "#EXT-X-GAP\n";
        out += "#EXTINF:";
        appendSeconds(out, segment.duration);
        out += ",\n";
        out += segment.stem;
        out += '.';
        appendUri(out, m_shape.extension, query);
        out += '\n';
    }
    const auto closed = out.size();
    if (parts && m_open) {
        if (!m_open->parts.empty()) {
            begin(*m_open);
            listParts(*m_open);
        }
        // A hint of the first part of a new configuration would need its map, which only stands before parts.
        if (!m_open->gap && (!m_open->parts.empty() || (!m_open->discontinuity && m_open->map.get() == map))) {
            out += "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"";
            appendUri(out, partUri(m_open->stem, m_open->parts.size(), m_shape.extension), query);
            out += "\"\n";
        }
    }
    // Some line has to follow the last segment: hls.js takes that segment for the open one otherwise, and stumbles at the break after it.
    if (parts && out.size() == closed)
        out += m_open && m_open->discontinuity ? "#EXT-X-DISCONTINUITY\n" : "# The next segment has not begun.\n";
    for (const auto &report : reports) {
        out += "#EXT-X-RENDITION-REPORT:URI=\"";
        appendUri(out, report.uri, query);
        tag("\",LAST-MSN=", report.number);
        if (report.part) {
            out.back() = ',';
            tag("LAST-PART=", *report.part);
        }
    }
    return out;
}

} // namespace matinee::hls
