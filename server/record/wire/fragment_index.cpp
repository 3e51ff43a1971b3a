#include "record/wire/fragment_index.h"

#include <algorithm>
#include <array>
#include <limits>

namespace matinee::record {

namespace {

constexpr std::uint64_t kMostMovie = std::uint64_t{1} << 20;
constexpr std::uint64_t kMostMoof = std::uint64_t{4} << 20;
constexpr std::size_t kMostFragments = 400'000; // a day of quarter seconds
constexpr MediaTime kLongestFragment = std::chrono::hours(24);

Result<std::vector<std::uint8_t>, BoxError> payloadOf(const BoxHeader &header, std::uint64_t offset, std::uint64_t most, const ReadAt &read)
{
    if (header.size > most)
        return BoxError::TooLarge;
    std::vector<std::uint8_t> payload(static_cast<std::size_t>(header.size - header.headerBytes));
    const auto got = read(offset + header.headerBytes, payload);
    if (!got)
        return got.error();
    if (*got < payload.size())
        return BoxError::Truncated;
    return payload;
}

Result<FragmentEntry, BoxError> entryOf(const std::vector<TrackRun> &runs, const std::vector<TrackTiming> &tracks)
{
    FragmentEntry entry;
    bool hasVideo = false;
    bool first = true;
    const bool videoFile = std::any_of(tracks.begin(), tracks.end(), [](const TrackTiming &track) { return track.video; });
    for (const auto &run : runs) {
        const auto track = std::find_if(tracks.begin(), tracks.end(), [&](const TrackTiming &t) { return t.id == run.trackId; });
        const auto begins = toMediaTime(run.begins, track->timescale); // readFragment() knows the track
        const auto duration = toMediaTime(run.duration, track->timescale);
        if (!begins || !duration || *duration > kLongestFragment)
            return BoxError::Malformed;
        if (hasVideo || (!first && !track->video))
            continue;
        entry.begins = *begins;
        entry.duration = *duration;
        entry.independent = run.beginsWithKey && (track->video || !videoFile);
        hasVideo = track->video;
        first = false;
    }
    return entry;
}

class Writer
{
public:
    void put(std::uint64_t value, std::size_t count)
    {
        for (std::size_t i = count; i-- > 0;)
            m_bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
    std::vector<std::uint8_t> m_bytes;
};

/// References of a sidx: neighbours put together so that they fit into the room.
struct Reference
{
    std::uint64_t bytes = 0;
    MediaTime begins{};
    bool independent = false;
};

constexpr std::size_t kSidxHead = 8 + 4 + 4 + 4 + 16 + 4;
constexpr std::size_t kReferenceBytes = 12;
constexpr std::uint64_t kMostReferenceBytes = 0x7fffffff;

std::vector<Reference> referencesOf(const FragmentIndex &index, std::size_t most)
{
    const std::size_t together = (index.fragments.size() + most - 1) / most;
    std::vector<Reference> references;
    for (std::size_t i = 0; i < index.fragments.size(); ++i) {
        const auto &fragment = index.fragments[i];
        const auto end = i + 1 < index.fragments.size() ? index.fragments[i + 1].offset : index.end;
        if (i % together == 0)
            references.push_back({0, fragment.begins, fragment.independent});
        references.back().bytes += end - fragment.offset;
    }
    return references;
}

} // namespace

Result<void, BoxError> extendIndex(FragmentIndex &index, const ReadAt &read, std::uint64_t fileBytes)
{
    std::uint64_t at = index.end;
    std::uint64_t begin = at; // of the fragment: what stands before its moof (styp, prft, sidx) belongs to it
    std::vector<TrackRun> runs;
    while (at < fileBytes) {
        std::array<std::uint8_t, kMostBoxHeader> bytes{};
        const auto got = read(at, bytes);
        if (!got)
            return got.error();
        const auto header = readBoxHeader(std::span(bytes).first(*got), fileBytes - at);
        if (!header)
            return header.error();
        if (header->type == boxType("moov")) {
            const auto payload = payloadOf(*header, at, kMostMovie, read);
            if (!payload)
                return payload.error();
            auto tracks = readMovie(*payload);
            if (!tracks || !index.tracks.empty())
                return tracks ? BoxError::Malformed : tracks.error();
            index.tracks = std::move(*tracks);
        } else if (header->type == boxType("moof")) {
            if (index.tracks.empty())
                return BoxError::NoTracks;
            const auto payload = payloadOf(*header, at, kMostMoof, read);
            if (!payload)
                return payload.error();
            auto found = readFragment(*payload, index.tracks);
            if (!found || !runs.empty())
                return found ? BoxError::Malformed : found.error();
            runs = std::move(*found);
        }
        at += header->size;
        if (index.fragments.empty() && runs.empty() && !index.tracks.empty()) {
            index.end = begin = at; // moov, and what stands behind it: sidx, free
            if (header->type == boxType("moov"))
                index.initBytes = at;
        } else if (header->type == boxType("mdat") && !runs.empty()) {
            auto entry = entryOf(runs, index.tracks);
            if (!entry)
                return entry.error();
            if (index.fragments.size() >= kMostFragments)
                return BoxError::TooLarge;
            entry->offset = begin;
            entry->size = at - begin;
            index.fragments.push_back(*entry);
            index.end = begin = at;
            runs.clear();
        }
    }
    return index.end == fileBytes ? Result<void, BoxError>() : Result<void, BoxError>(BoxError::Truncated);
}

std::vector<std::uint8_t> segmentIndexBox(const FragmentIndex &index, std::size_t room)
{
    Writer box;
    constexpr std::size_t kFree = 8;
    if (room >= kSidxHead + kReferenceBytes + kFree && !index.fragments.empty()) {
        const auto most = std::min<std::size_t>((room - kSidxHead - kFree) / kReferenceBytes, 0xffff);
        const auto references = referencesOf(index, most);
        const bool fits =
            std::all_of(references.begin(), references.end(), [](const Reference &r) { return r.bytes <= kMostReferenceBytes; });
        const auto video = std::find_if(index.tracks.begin(), index.tracks.end(), [](const TrackTiming &track) { return track.video; });
        const auto &track = video == index.tracks.end() ? index.tracks.front() : *video;
        const auto size = kSidxHead + references.size() * kReferenceBytes;
        const auto scale = track.timescale; // not any: FFmpeg takes the sum of the durations for the track's own
        if (fits) {
            box.put(size, 4);
            box.put(boxType("sidx"), 4);
            box.put(std::uint32_t{1} << 24, 4); // version 1: 64 bits of time and offset
            box.put(track.id, 4);
            box.put(scale, 4);
            box.put(static_cast<std::uint64_t>(toTicks(index.begins(), scale)), 8);
            box.put(room - size, 8); // what pads the room stands between here and the first fragment
            box.put(references.size(), 4);
            for (std::size_t i = 0; i < references.size(); ++i) {
                const auto end = i + 1 < references.size() ? references[i + 1].begins : index.ends();
                const auto ticks = toTicks(end, scale) - toTicks(references[i].begins, scale);
                const auto duration = std::clamp<std::int64_t>(ticks, 0, std::numeric_limits<std::uint32_t>::max());
                box.put(references[i].bytes, 4);
                box.put(static_cast<std::uint64_t>(duration), 4);
                box.put(references[i].independent ? std::uint32_t{9} << 28 : 0, 4); // starts_with_SAP, SAP type 1
            }
        }
    }
    const auto rest = room - std::min(room, box.m_bytes.size());
    if (rest >= kFree) {
        box.put(rest, 4);
        box.put(boxType("free"), 4);
    }
    box.m_bytes.resize(room);
    return std::move(box.m_bytes);
}

} // namespace matinee::record
