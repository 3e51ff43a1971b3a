#include "record/wire/boxes.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace matinee::record {

namespace {

constexpr std::size_t kMostTracks = 8;
constexpr std::uint32_t kMostSamples = 1'000'000; // of one run: hours of audio
constexpr int kMostBoxes = 4096;                  // within one moov or moof

constexpr std::uint32_t kNotSync = 0x00010000; // sample_is_non_sync_sample, 8.8.3.1

/// Big-endian fields one after another; once past the end it stays failed and gives zeros.
class Fields
{
public:
    explicit Fields(std::span<const std::uint8_t> bytes) : m_bytes(bytes) {}
    std::uint64_t take(std::size_t count)
    {
        if (m_bytes.size() < count) {
            m_failed = true;
            m_bytes = {};
            return 0;
        }
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < count; ++i)
            value = value << 8 | m_bytes[i];
        m_bytes = m_bytes.subspan(count);
        return value;
    }
    std::uint32_t u32() { return static_cast<std::uint32_t>(take(4)); }
    void skip(std::size_t count)
    {
        if (m_bytes.size() < count)
            m_failed = true;
        m_bytes = m_bytes.subspan(std::min(count, m_bytes.size()));
    }
    [[nodiscard]] bool failed() const { return m_failed; }
    [[nodiscard]] std::size_t left() const { return m_bytes.size(); }

private:
    std::span<const std::uint8_t> m_bytes;
    bool m_failed = false;
};

template <class Byte> struct Child
{
    std::uint32_t type;
    std::span<Byte> payload;
};

/// The boxes directly within `payload`. Works for bytes that may be changed as for those that may not.
template <class Byte> Result<std::vector<Child<Byte>>, BoxError> children(std::span<Byte> payload)
{
    std::vector<Child<Byte>> found;
    while (!payload.empty()) {
        const auto header = readBoxHeader(payload, payload.size());
        if (!header)
            return header.error();
        if (header->size > payload.size())
            return BoxError::Size;
        if (found.size() >= kMostBoxes)
            return BoxError::TooLarge;
        const auto size = static_cast<std::size_t>(header->size);
        found.push_back({header->type, payload.subspan(header->headerBytes, size - header->headerBytes)});
        payload = payload.subspan(size);
    }
    return found;
}

template <class Byte> std::optional<std::span<Byte>> find(const std::vector<Child<Byte>> &boxes, std::uint32_t type)
{
    const auto found = std::find_if(boxes.begin(), boxes.end(), [type](const auto &box) { return box.type == type; });
    return found == boxes.end() ? std::nullopt : std::optional(found->payload);
}

template <class Byte> Result<std::span<Byte>, BoxError> only(std::span<Byte> payload, std::uint32_t type)
{
    const auto boxes = children(payload);
    if (!boxes)
        return boxes.error();
    const auto box = find(*boxes, type);
    if (!box)
        return BoxError::Malformed;
    return *box;
}

Result<TrackTiming, BoxError> readTrack(std::span<const std::uint8_t> trak)
{
    TrackTiming track;
    const auto tkhd = only(trak, boxType("tkhd"));
    const auto mdia = only(trak, boxType("mdia"));
    if (!tkhd || !mdia)
        return tkhd ? mdia.error() : tkhd.error();
    Fields head(*tkhd);
    const bool wide = head.take(1) == 1;
    head.skip(3 + (wide ? 16 : 8));
    track.id = head.u32();

    const auto mdhd = only(*mdia, boxType("mdhd"));
    const auto hdlr = only(*mdia, boxType("hdlr"));
    if (!mdhd || !hdlr)
        return mdhd ? hdlr.error() : mdhd.error();
    Fields media(*mdhd);
    const bool wideMedia = media.take(1) == 1;
    media.skip(3 + (wideMedia ? 16 : 8));
    track.timescale = media.u32();

    Fields handler(*hdlr);
    handler.skip(8);
    track.video = handler.u32() == boxType("vide");
    if (head.failed() || media.failed() || handler.failed() || track.id == 0 || track.timescale == 0)
        return BoxError::Malformed;
    return track;
}

/// Defaults of a run: from moov, then from the track fragment's own header (8.8.7).
struct Defaults
{
    std::uint32_t duration = 0;
    std::uint32_t flags = 0;
};

Result<void, BoxError> addRun(std::span<const std::uint8_t> trun, const Defaults &defaults, TrackRun &run)
{
    Fields fields(trun);
    const auto flags = static_cast<std::uint32_t>(fields.u32() & 0xffffff);
    const auto count = fields.u32();
    if (count > kMostSamples - std::min(run.samples, kMostSamples))
        return BoxError::TooLarge;
    if (flags & 0x1)
        fields.skip(4); // data_offset
    std::optional<std::uint32_t> firstFlags;
    if (flags & 0x4)
        firstFlags = fields.u32();
    if (fields.failed())
        return BoxError::Truncated;
    if (count == 0)
        return {};
    const std::size_t perSample = 4 * (((flags >> 8) & 1) + ((flags >> 9) & 1) + ((flags >> 10) & 1) + ((flags >> 11) & 1));
    if (perSample > 0 && fields.left() / perSample < count)
        return BoxError::Truncated;
    std::uint64_t duration = 0;
    if (!(flags & 0x100))
        duration = std::uint64_t{defaults.duration} * count;
    for (std::uint32_t i = 0; i < count && perSample > 0; ++i) {
        if (flags & 0x100)
            duration += fields.u32();
        if (flags & 0x200)
            fields.skip(4); // size
        if (flags & 0x400) {
            const auto own = fields.u32();
            if (i == 0 && !firstFlags)
                firstFlags = own;
        }
        if (flags & 0x800)
            fields.skip(4); // composition offset
    }
    if (run.samples == 0)
        run.beginsWithKey = (firstFlags.value_or(defaults.flags) & kNotSync) == 0;
    run.samples += count;
    run.duration += duration; // at most a million samples of 32 bits: no overflow
    return {};
}

Result<TrackRun, BoxError> readTrackFragment(std::span<const std::uint8_t> traf, std::span<const TrackTiming> tracks)
{
    const auto boxes = children(traf);
    if (!boxes)
        return boxes.error();
    const auto tfhd = find(*boxes, boxType("tfhd"));
    const auto tfdt = find(*boxes, boxType("tfdt"));
    if (!tfhd || !tfdt)
        return BoxError::Malformed;
    Fields head(*tfhd);
    const auto flags = static_cast<std::uint32_t>(head.u32() & 0xffffff);
    TrackRun run;
    run.trackId = head.u32();
    const auto track = std::find_if(tracks.begin(), tracks.end(), [&](const TrackTiming &t) { return t.id == run.trackId; });
    if (head.failed() || track == tracks.end())
        return BoxError::Malformed;
    Defaults defaults{track->defaultDuration, track->defaultFlags};
    if (flags & 0x1)
        head.skip(8); // base_data_offset
    if (flags & 0x2)
        head.skip(4); // sample_description_index
    if (flags & 0x8)
        defaults.duration = head.u32();
    if (flags & 0x10)
        head.skip(4); // default_sample_size
    if (flags & 0x20)
        defaults.flags = head.u32();
    Fields time(*tfdt);
    const bool wide = time.take(1) == 1;
    time.skip(3);
    run.begins = time.take(wide ? 8 : 4);
    if (head.failed() || time.failed())
        return BoxError::Truncated;
    for (const auto &box : *boxes)
        if (box.type == boxType("trun"))
            if (const auto added = addRun(box.payload, defaults, run); !added)
                return added.error();
    return run;
}

void store(std::span<std::uint8_t> into, std::uint64_t value)
{
    for (std::size_t i = into.size(); i-- > 0; value >>= 8)
        into[i] = static_cast<std::uint8_t>(value);
}

Result<void, BoxError> moveTrack(std::span<std::uint8_t> traf, std::span<const TrackShift> shifts)
{
    const auto boxes = children(traf);
    if (!boxes)
        return boxes.error();
    const auto tfhd = find(*boxes, boxType("tfhd"));
    const auto tfdt = find(*boxes, boxType("tfdt"));
    if (!tfhd || !tfdt || tfhd->size() < 8 || tfdt->size() < 8)
        return BoxError::Malformed;
    const auto id = static_cast<std::uint32_t>(Fields(tfhd->subspan(4)).take(4));
    const auto shift = std::find_if(shifts.begin(), shifts.end(), [id](const TrackShift &s) { return s.trackId == id; });
    if (shift == shifts.end())
        return BoxError::Malformed;
    const bool wide = (*tfdt)[0] == 1;
    const auto field = tfdt->subspan(4);
    if (wide && field.size() < 8)
        return BoxError::Malformed;
    const auto old = Fields(field).take(wide ? 8 : 4);
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (old > most || (shift->by > 0 && old > most - static_cast<std::uint64_t>(shift->by)))
        return BoxError::Malformed;
    const auto moved = static_cast<std::int64_t>(old) + shift->by;
    if (moved < 0 || (!wide && moved > std::numeric_limits<std::uint32_t>::max()))
        return BoxError::Malformed;
    store(field.first(wide ? 8 : 4), static_cast<std::uint64_t>(moved));
    return {};
}

} // namespace

std::string_view boxErrorText(BoxError error)
{
    switch (error) {
    case BoxError::Truncated:
        return "a box is cut short";
    case BoxError::Size:
        return "a box has an impossible size";
    case BoxError::TooLarge:
        return "it has more tracks, samples or fragments than allowed";
    case BoxError::Malformed:
        return "its boxes contradict each other";
    case BoxError::NoTracks:
        return "it names no tracks";
    case BoxError::Read:
        break;
    }
    return "it cannot be read";
}

Result<BoxHeader, BoxError> readBoxHeader(std::span<const std::uint8_t> bytes, std::uint64_t left)
{
    Fields fields(bytes);
    BoxHeader header;
    header.size = fields.u32();
    header.type = fields.u32();
    header.headerBytes = 8;
    if (header.size == 1) {
        header.size = fields.take(8);
        header.headerBytes = 16;
    }
    if (fields.failed())
        return BoxError::Truncated;
    if (header.size < header.headerBytes)
        return BoxError::Size;
    if (header.size > left)
        return BoxError::Truncated;
    return header;
}

Result<std::vector<TrackTiming>, BoxError> readMovie(std::span<const std::uint8_t> payload)
{
    const auto boxes = children(payload);
    if (!boxes)
        return boxes.error();
    std::vector<TrackTiming> tracks;
    for (const auto &box : *boxes) {
        if (box.type != boxType("trak"))
            continue;
        const auto track = readTrack(box.payload);
        if (!track)
            return track.error();
        if (tracks.size() >= kMostTracks)
            return BoxError::TooLarge;
        tracks.push_back(*track);
    }
    if (tracks.empty())
        return BoxError::NoTracks;
    const auto mvex = find(*boxes, boxType("mvex"));
    if (!mvex)
        return tracks;
    const auto extensions = children(*mvex);
    if (!extensions)
        return extensions.error();
    for (const auto &box : *extensions) {
        if (box.type != boxType("trex"))
            continue;
        Fields fields(box.payload);
        fields.skip(4);
        const auto id = fields.u32();
        fields.skip(4); // sample description
        const auto duration = fields.u32();
        fields.skip(4); // size
        const auto flags = fields.u32();
        if (fields.failed())
            return BoxError::Truncated;
        for (auto &track : tracks) {
            if (track.id == id) {
                track.defaultDuration = duration;
                track.defaultFlags = flags;
            }
        }
    }
    return tracks;
}

Result<std::vector<TrackRun>, BoxError> readFragment(std::span<const std::uint8_t> payload, std::span<const TrackTiming> tracks)
{
    const auto boxes = children(payload);
    if (!boxes)
        return boxes.error();
    std::vector<TrackRun> runs;
    for (const auto &box : *boxes) {
        if (box.type != boxType("traf"))
            continue;
        if (runs.size() >= kMostTracks)
            return BoxError::TooLarge;
        const auto run = readTrackFragment(box.payload, tracks);
        if (!run)
            return run.error();
        if (run->samples > 0)
            runs.push_back(*run);
    }
    if (runs.empty())
        return BoxError::Malformed;
    return runs;
}

Result<void, BoxError> moveFragment(std::span<std::uint8_t> payload, std::uint32_t sequence, std::span<const TrackShift> shifts)
{
    const auto boxes = children(payload);
    if (!boxes)
        return boxes.error();
    for (const auto &box : *boxes) {
        if (box.type == boxType("mfhd")) {
            if (box.payload.size() < 8)
                return BoxError::Malformed;
            store(box.payload.subspan(4, 4), sequence);
        } else if (box.type == boxType("traf")) {
            if (const auto moved = moveTrack(box.payload, shifts); !moved)
                return moved.error();
        }
    }
    return {};
}

Result<MediaTime, BoxError> toMediaTime(std::uint64_t ticks, std::uint32_t timescale)
{
    constexpr std::uint64_t kMostSeconds = 1'000'000'000'000; // far beyond any stream, and far from overflow
    const auto seconds = ticks / timescale;
    if (seconds > kMostSeconds)
        return BoxError::Malformed;
    return MediaTime(static_cast<std::int64_t>(seconds * 1'000'000 + ticks % timescale * 1'000'000 / timescale));
}

std::int64_t toTicks(MediaTime time, std::uint32_t timescale)
{
    // Times of one track may be asked for in the timescale of another, and both come from the file: a product that does not fit is cut.
    constexpr auto most = std::numeric_limits<std::int64_t>::max() / 4;
    const auto seconds = time.count() / 1'000'000;
    if (seconds > most / timescale || seconds < -(most / timescale))
        return seconds < 0 ? -most : most;
    const auto rest = time.count() % 1'000'000;
    return seconds * timescale + rest * timescale / 1'000'000;
}

} // namespace matinee::record
