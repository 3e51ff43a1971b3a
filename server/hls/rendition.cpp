#include "hls/rendition.h"

#include "observe/log.h"

#include <algorithm>
#include <utility>

namespace matinee::hls {

using media::MediaTime;

std::string_view nameOf(Form form)
{
    constexpr std::array<std::string_view, kFormCount> names{"main", "audio", "ts"};
    return names[static_cast<std::size_t>(form)];
}

std::optional<Form> formOf(std::string_view name)
{
    const auto found = std::find_if(kForms.begin(), kForms.end(), [&](Form form) { return nameOf(form) == name; });
    return found == kForms.end() ? std::nullopt : std::optional(*found);
}

Rendition::Rendition(Form form, std::string name, std::string secret, std::size_t kept, SegmentStore &store)
    : m_form(form), m_name(std::move(name)), m_secret(std::move(secret)), m_kept(kept), m_store(store)
{
}

Rendition::~Rendition()
{
    for (const auto &id : m_stored)
        m_store.drop(id);
}

bool Rendition::carries(const media::Track &track) const
{
    switch (m_form) {
    case Form::Main:
        return mux::FragmentMuxer::carries(track);
    case Form::Audio:
        return track.kind == media::Kind::Audio && mux::FragmentMuxer::carries(track);
    case Form::Ts:
        return mux::TsMuxer::carries(track);
    }
    return false;
}

void Rendition::setTracks(const std::vector<media::TrackPtr> &all)
{
    std::vector<media::TrackPtr> tracks;
    std::copy_if(all.begin(), all.end(), std::back_inserter(tracks), [&](const auto &track) { return carries(*track); });
    m_fragments.reset();
    m_ts.reset();
    const auto hadFailure = std::exchange(m_failure, std::nullopt).has_value();
    const auto isPicture = [](const media::TrackPtr &track) { return track->kind == media::Kind::Video; };
    // Sound alone where there is a picture would look like a fault.
    const bool blind = std::any_of(all.begin(), all.end(), isPicture) && std::none_of(tracks.begin(), tracks.end(), isPicture);
    if (tracks.empty() || (m_form == Form::Ts && blind)) {
        m_failure = fail(ErrorCode::FailedPrecondition,
                         m_form == Form::Audio ? "This stream has no audio."
                         : m_form == Form::Ts  ? "MPEG-TS carries H.264 video and AAC audio here; this stream has others. Use main.m3u8."
                                               : "HLS cannot carry the codecs of this stream.");
        return;
    }
    if (m_form == Form::Ts) {
        auto muxer = mux::TsMuxer::create(tracks);
        if (muxer)
            m_ts = std::move(*muxer);
        else
            m_failure = muxer.error();
    } else {
        auto muxer = mux::FragmentMuxer::create(tracks);
        if (muxer) {
            m_fragments = std::move(*muxer);
            auto map = std::make_shared<Map>();
            map->uri = m_secret + "-" + std::string(nameOf(m_form)) + std::to_string(m_mapsMade++) + ".mp4";
            map->bytes = std::make_shared<const std::string>(m_fragments->init());
            m_maps.push_back(std::move(map));
            if (m_maps.size() > kMaxMaps)
                m_maps.pop_front();
        } else {
            m_failure = muxer.error();
        }
    }
    if (m_failure && !hadFailure)
        log::warn("hls", "{}: no segments for {}.m3u8: {}", m_name, nameOf(m_form), m_failure->message);
}

void Rendition::begin(SegmentBeginning beginning)
{
    if (m_playlist &&
        m_playlist->nextNumber() != beginning.number) { // it had nothing to carry for a while: numbers go on, the list begins anew
        m_playlist.reset();
        while (m_stored.size() > m_kept) {
            m_store.drop(m_stored.front());
            m_stored.pop_front();
        }
    }
    m_open = std::make_unique<Segment>();
    m_open->number = beginning.number;
    m_open->discontinuities = beginning.discontinuities;
    // Players of MPEG-TS know nothing of gaps, and find their way without.
    const bool bridged = !m_playlist && beginning.bridge > 0 && beginning.discontinuities > 0 && m_form != Form::Ts;
    m_bridged = bridged ? std::optional(beginning) : std::nullopt;
    m_open->discontinuity = beginning.discontinuity && (m_playlist || bridged); // nothing stands before the first one
    m_open->begins = beginning.begins;
    m_open->stem = m_secret + "-" + (m_form == Form::Audio ? "a" : "") + std::to_string(beginning.number);
    if (m_fragments)
        m_open->map = m_maps.back();
    m_bytes.clear();
    m_fragmentsTogether = MediaTime(0);
    m_partsComplete = m_fragments && m_playlist && m_playlist->shape().partTarget.count() > 0;
    publishOpen();
}

void Rendition::skip(const SegmentBeginning &beginning, MediaTime duration)
{
    if (!m_playlist || m_failure || m_playlist->nextNumber() != beginning.number)
        return;
    (void)m_playlist->push(gapAt(beginning, std::min<Microseconds>(duration, m_playlist->shape().target)));
}

Segment Rendition::gapAt(const SegmentBeginning &beginning, Microseconds duration) const
{
    Segment segment;
    segment.number = beginning.number;
    segment.discontinuities = beginning.discontinuities;
    segment.begins = beginning.begins;
    segment.stem = m_secret + "-" + (m_form == Form::Audio ? "a" : "") + std::to_string(beginning.number);
    segment.duration = duration;
    segment.gap = true;
    if (m_fragments)
        segment.map = m_maps.back();
    return segment;
}

/// The time for which there was no list, up to the segment that is open.
void Rendition::bridge(const PlaylistShape &shape)
{
    const auto &first = *m_bridged;
    const auto each = std::min<Microseconds>(first.bridgeTime, shape.target);
    for (auto left = first.bridge; left > 0; --left) {
        const auto before = static_cast<std::int64_t>(left) * each;
        (void)m_playlist->push(gapAt({first.number - left, first.discontinuities - 1, false, first.begins - before}, each));
    }
    m_bridged.reset();
}

bool Rendition::write(const media::Frame &frame)
{
    if (!m_open)
        return true;
    const bool mine = m_fragments ? m_fragments->has(*frame.track) : m_ts && m_ts->has(*frame.track);
    if (!mine)
        return true;
    const auto written = m_fragments ? m_fragments->write(frame) : m_ts->write(frame);
    if (!written) {
        log::debug("hls", "{}: {} left out a frame: {}", m_name, nameOf(m_form), written.error().message);
        return false;
    }
    if (frame.isVideo())
        ++m_open->pictures;
    else
        m_open->audioBytes += frame.payload.size();
    return true;
}

void Rendition::collect(mux::Fragment fragment, bool asPart)
{
    if (fragment.bytes.empty())
        return;
    m_bytes += fragment.bytes;
    m_fragmentsTogether += fragment.duration;
    if (!asPart)
        return;
    // A part that is too long must not be listed, nor one after it: the rest of the segment comes as a whole.
    m_partsComplete = m_partsComplete && fragment.duration <= m_playlist->shape().partTarget;
    if (m_partsComplete)
        m_open->parts.push_back({fragment.duration, fragment.independent, std::make_shared<const std::string>(std::move(fragment.bytes))});
}

void Rendition::publishOpen()
{
    if (!m_playlist || m_playlist->shape().partTarget.count() == 0)
        return;
    auto open = std::make_shared<Segment>(*m_open);
    open->gap = !m_partsComplete; // no hint of what will not come
    m_playlist->setOpen(std::move(open));
}

void Rendition::endPart(std::optional<MediaTime> next)
{
    if (!m_open || !m_fragments || !m_partsComplete)
        return;
    auto fragment = m_fragments->cut(next);
    if (!fragment) {
        m_partsComplete = false;
        return;
    }
    collect(std::move(*fragment), true);
    publishOpen();
}

bool Rendition::finish(MediaTime duration, std::optional<MediaTime> next, const PlaylistShape &shape)
{
    if (!m_open)
        return true;
    if (!m_playlist) {
        auto own = shape;
        own.extension = m_form == Form::Ts ? "ts" : "m4s";
        if (m_form != Form::Main)
            own.partTarget = Microseconds(0);
        m_playlist.emplace(own);
        if (m_bridged)
            bridge(own);
    }
    if (m_fragments) {
        if (auto last = m_fragments->cut(next))
            collect(std::move(*last), m_partsComplete);
    } else if (m_ts) {
        if (auto bytes = m_ts->cut())
            m_bytes = std::move(*bytes);
    }
    const auto open = std::move(m_open);
    Segment segment = std::move(*open);
    // Audio is timed by its samples, which the muxer has counted. What no muxer could know keeps the time that the cut gives it.
    const auto counted = m_fragmentsTogether;
    const auto most = m_playlist->shape().target + std::chrono::milliseconds(499);
    segment.duration = std::min<Microseconds>(counted > MediaTime(0) && m_form == Form::Audio ? counted : duration, most);
    segment.bytes = m_bytes.size();
    const bool stored = !m_bytes.empty() && store(segment, std::exchange(m_bytes, {}));
    if (!stored) {
        segment.gap = true;
        segment.parts.clear();
    }
    (void)m_playlist->push(std::move(segment));
    while (m_stored.size() > m_playlist->segments().size() + m_kept) {
        m_store.drop(m_stored.front());
        m_stored.pop_front();
    }
    while (m_maps.size() > 2 && m_playlist->segments().front()->map != m_maps[0] && m_playlist->segments().front()->map != m_maps[1])
        m_maps.pop_front();
    return stored;
}

/// Makes room by shortening the window, where it is larger than it must be.
bool Rendition::store(Segment &segment, std::string bytes)
{
    const auto id = m_name + "/" + segment.stem + (m_form == Form::Ts ? ".ts" : ".m4s");
    const auto shared = std::make_shared<const std::string>(std::move(bytes));
    auto stored = m_store.put(id, shared);
    while (!stored && m_playlist) {
        if (!m_playlist->shorten())
            break;
        while (m_stored.size() > m_playlist->segments().size() && !m_stored.empty()) {
            m_store.drop(m_stored.front());
            m_stored.pop_front();
        }
        if (!std::exchange(m_shortened, true))
            log::warn("hls", "{}: {}.m3u8 goes back {} s only, not {}: {}", m_name, nameOf(m_form),
                      std::chrono::duration_cast<std::chrono::seconds>(m_playlist->duration()).count(),
                      std::chrono::duration_cast<std::chrono::seconds>(m_playlist->shape().window).count(), stored.error().message);
        stored = m_store.put(id, shared);
    }
    if (!stored) {
        log::warn("hls", "{}: a segment of {}.m3u8 is lost: {}", m_name, nameOf(m_form), stored.error().message);
        return false;
    }
    m_stored.push_back(id);
    return true;
}

std::size_t Rendition::pendingBytes() const
{
    return m_fragments ? m_bytes.size() + m_fragments->pendingBytes() : m_ts ? m_ts->pendingBytes() : 0;
}

} // namespace matinee::hls
