// One rendition of a stream: its video, frame by frame, decoded, scaled and encoded anew, with key pictures exactly where the source has
// them. Knows no clock: who feeds it says when it has to hurry. One thread.
#pragma once

#include "media/peak_rate.h"
#include "transcode/decoder.h"
#include "transcode/encoder.h"
#include "transcode/frame_gate.h"
#include "transcode/scaler.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace matinee::transcode {

struct RenditionOptions
{
    int height = 360;
    std::uint32_t videoKbps = 600;
    std::uint8_t level = 30;
    double maxFps = 30;
    double sourceShare = 1;       ///< Of the most that the source takes: the cap where that is less than videoKbps.
    std::uint32_t sourceKbps = 0; ///< That most, as far as it is known before.
    int cores = 1;                ///< Of this machine; a few of them are used.
};

/// A frame of the rendition, as the encoder gives it.
struct CodedFrame
{
    Encoder::Coded coded;
    Size size;
    media::MediaTime dts{};
    bool first = false; ///< Of another configuration of the source, or of another encoder: tell of the track before it.
};

/// One frame of the source.
struct SourceFrame
{
    std::span<const std::uint8_t> payload;
    media::MediaTime dts{};
    media::MediaTime pts{};
    bool key = false;
};

class Rendition
{
public:
    Rendition(const Libraries &av, const RenditionOptions &options);

    /// Another configuration of the source. What the old one still held comes first. Unavailable, InvalidArgument: see Decoder::open.
    [[nodiscard]] Result<std::vector<CodedFrame>> begin(media::Codec codec, std::span<const std::uint8_t> config);
    /// `hurry`: every second picture is decoded and not encoded. InvalidArgument when nothing of the source can be decoded any more,
    /// Unavailable when no encoder works; a damaged frame is left out.
    [[nodiscard]] Result<std::vector<CodedFrame>> take(const SourceFrame &frame, bool hurry);
    /// Frames will be missing: nothing is shown until the next key frame.
    void jump();

    [[nodiscard]] std::uint64_t leftOut() const { return m_leftOut; } ///< Pictures, in a hurry.

private:
    using Frames = std::vector<CodedFrame>;
    [[nodiscard]] Result<void> drain(Frames &frames, bool hurry);
    [[nodiscard]] Result<void> show(AVFrame &picture, Frames &frames, bool hurry);
    [[nodiscard]] Result<void> prepareEncoder(Size size, const AVFrame &like, Frames &frames);
    void collect(Frames &frames);
    [[nodiscard]] bool keyAt(media::MediaTime pts);
    [[nodiscard]] std::uint32_t cap() const;

    // fixed at construction
    const Libraries &m_av;
    const RenditionOptions m_options;

    std::optional<Decoder> m_decoder;
    Scaler m_scaler;
    std::optional<Encoder> m_encoder;
    Colours m_encoderColours;
    FrameGate m_gate;
    media::PeakRate m_sourceRate;
    struct Key
    {
        media::MediaTime pts, composition;
    };
    std::deque<Key> m_keys; // those that have gone into the decoder and not come out
    media::MediaTime m_composition{};
    std::optional<media::MediaTime> m_lastPts; // of a picture shown
    std::optional<media::MediaTime> m_lastDts;
    bool m_awaitsKey = true; // of the source: frames before it are of no use
    bool m_keyNext = true;   // the next picture is a key picture whatever the source says
    bool m_firstNext = true;
    bool m_skipped = false;         // the last picture, in a hurry
    std::uint32_t m_sinceShown = 0; // frames of the source
    media::MediaTime m_unshownSince{};
    std::uint32_t m_keysSinceShown = 0;
    std::string m_complaint; // the last one
    std::uint64_t m_leftOut = 0;
};

} // namespace matinee::transcode
