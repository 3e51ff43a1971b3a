#include "hls/facts.h"

#include <algorithm>

namespace matinee::hls {

namespace {

void nameTracks(StreamFacts &facts, const std::vector<media::TrackPtr> &tracks)
{
    for (const auto &track : tracks) {
        if (track->kind == media::Kind::Audio) {
            facts.audio = track->codecString;
            continue;
        }
        facts.video = track->codecString;
        facts.width = track->width;
        facts.height = track->height;
    }
}

std::uint64_t rate(std::uint64_t bytes, Microseconds duration)
{
    return duration.count() > 0 ? bytes * 8'000'000 / static_cast<std::uint64_t>(duration.count()) : 0;
}

} // namespace

StreamFacts factsOf(const std::vector<media::TrackPtr> &tracks, const Playlist &playlist)
{
    StreamFacts facts;
    nameTracks(facts, tracks);
    std::uint64_t bytes = 0;
    std::uint64_t audioBytes = 0;
    std::uint64_t pictures = 0;
    Microseconds duration{0};
    Microseconds pictured{0};
    for (const auto &segment : playlist.segments()) {
        if (segment->gap)
            continue;
        bytes += segment->bytes;
        audioBytes += segment->audioBytes;
        duration += segment->duration;
        if (segment->pictures > 0) {
            pictures += segment->pictures;
            pictured += segment->duration;
        }
        // A stump, as at the end of a publisher's visit, says nothing of the peak: half a target duration is what the RFC counts (4.4.6.2).
        if (2 * segment->duration < playlist.shape().target && playlist.segments().size() > 1)
            continue;
        facts.bandwidth = std::max(facts.bandwidth, rate(segment->bytes, segment->duration));
        facts.audioBandwidth = std::max(facts.audioBandwidth, rate(segment->audioBytes, segment->duration));
    }
    facts.average = rate(bytes, duration);
    facts.audioAverage = rate(audioBytes, duration);
    facts.bandwidth = std::max(facts.bandwidth, facts.average);
    facts.audioBandwidth = std::max(facts.audioBandwidth, facts.audioAverage);
    if (pictured.count() > 0)
        facts.fps = static_cast<double>(pictures) * 1e6 / static_cast<double>(pictured.count());
    return facts;
}

StreamFacts renditionFacts(const StreamFacts &forecast, const StreamFacts &stream, const StreamFacts *measured)
{
    StreamFacts facts = measured ? *measured : forecast;
    if (!measured)
        facts.audio = stream.audio;
    facts.bandwidth = std::max(facts.bandwidth, forecast.bandwidth + stream.audioBandwidth);
    facts.average = std::max(facts.average, forecast.average + stream.audioAverage);
    return facts;
}

Variant wholeVariant(const StreamFacts &facts, std::string uri)
{
    Variant variant;
    variant.uri = std::move(uri);
    variant.codecs = facts.video;
    if (!facts.audio.empty())
        variant.codecs += (variant.codecs.empty() ? "" : ",") + facts.audio;
    variant.width = facts.width;
    variant.height = facts.height;
    variant.fps = facts.fps;
    variant.bandwidth = facts.bandwidth;
    variant.average = facts.average;
    return variant;
}

Variant audioVariant(const StreamFacts &facts, std::string uri)
{
    Variant variant;
    variant.uri = std::move(uri);
    variant.codecs = facts.audio;
    variant.bandwidth = facts.audioBandwidth;
    variant.average = facts.audioAverage;
    return variant;
}

} // namespace matinee::hls
