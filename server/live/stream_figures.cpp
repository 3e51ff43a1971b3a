#include "live/stream_figures.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>

namespace matinee::live {

namespace {

struct Figure
{
    const char *name;
    const char *help;
    double (*of)(const Statistics &);
    bool sum = true; ///< For "other"; the greatest otherwise.
};

constexpr Figure kFigures[] = {
    {"matinee_stream_ingest_bytes_per_second", "What the publisher sends, over the last seconds.",
     [](const Statistics &s) { return s.bitrateKbps * 125.0; }},
    {"matinee_stream_sent_bytes_per_second", "What all viewers get, over the last seconds.",
     [](const Statistics &s) { return s.outKbps * 125.0; }},
    {"matinee_stream_frames_per_second", "Video frames, or audio frames without video.", [](const Statistics &s) { return s.fps; }},
    {"matinee_stream_key_frame_interval_seconds", "Between the last two key frames.",
     [](const Statistics &s) { return s.keyFrameIntervalSeconds; }, false},
    {"matinee_stream_max_lag_seconds", "How far the slowest viewer was behind.",
     [](const Statistics &s) { return std::chrono::duration<double>(s.lag).count(); }, false},
    {"matinee_stream_viewer_jumps", "Slow viewers moved to a newer key frame, since the stream went live.",
     [](const Statistics &s) { return static_cast<double>(s.jumps); }},
    {"matinee_stream_interruptions", "Losses of the publisher since the stream went live.",
     [](const Statistics &s) { return static_cast<double>(s.interruptions); }},
    {"matinee_stream_interrupted", "1 while the publisher is lost and may return.",
     [](const Statistics &s) { return s.interrupted ? 1.0 : 0.0; }},
    {"matinee_stream_warnings", "Faults of the encoder that are being told to the publisher.",
     [](const Statistics &s) { return static_cast<double>(s.warnings.size()); }},
};

void begin(std::string &text, const std::string &name, const std::string &help)
{
    text += "# HELP " + name + " " + help + "\n# TYPE " + name + " gauge\n";
}

void line(std::string &text, const std::string &name, const std::string &labels, double value)
{
    std::array<char, 32> number{};
    std::snprintf(number.data(), number.size(), "%.10g", value);
    text += name + "{" + labels + "} " + number.data() + "\n";
}

std::string streamLabel(const std::string &name)
{
    return "stream=\"" + name + "\"";
}

} // namespace

std::string streamFigures(const std::vector<StreamState> &streams, std::size_t mostNamed)
{
    std::vector<const StreamState *> own; // without renditions
    for (const StreamState &stream : streams) {
        if (!isRendition(stream.name))
            own.push_back(&stream);
    }
    const auto named = own.begin() + static_cast<std::ptrdiff_t>(std::min(mostNamed, own.size()));
    std::string text;
    if (own.empty())
        return text;
    for (const Figure &figure : kFigures) {
        begin(text, figure.name, figure.help);
        for (auto stream = own.begin(); stream != named; ++stream)
            line(text, figure.name, streamLabel((*stream)->name), figure.of((*stream)->statistics));
        double other = 0;
        for (auto stream = named; stream != own.end(); ++stream) {
            const double value = figure.of((*stream)->statistics);
            other = figure.sum ? other + value : std::max(other, value);
        }
        if (named != own.end())
            line(text, figure.name, streamLabel("other"), other);
    }
    const std::string viewers = "matinee_stream_viewers";
    begin(text, viewers, "Viewers, by protocol.");
    std::map<std::string, double> others;
    for (auto stream = own.begin(); stream != own.end(); ++stream) {
        for (const auto &[protocol, count] : (*stream)->statistics.viewers) {
            if (stream < named)
                line(text, viewers, streamLabel((*stream)->name) + ",protocol=\"" + protocol + "\"", count);
            else
                others[protocol] += count;
        }
    }
    for (const auto &[protocol, count] : others)
        line(text, viewers, streamLabel("other") + ",protocol=\"" + protocol + "\"", count);
    return text;
}

} // namespace matinee::live
