// AAC as streams carry it: AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1) and ADTS headers.
// Pure functions on bytes that came from strangers; any thread.
#pragma once

#include "media/frame.h"

#include "common/protocol/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace matinee::media::aac {

enum class ParseError
{
    Truncated,             ///< Ends inside the configuration.
    BadSampleRate,         ///< A reserved index, or a rate outside 7 to 96 kHz.
    BadChannels,           ///< A reserved channel configuration, or a program config element without channels.
    UnsupportedObjectType, ///< Not AAC Main, LC, SSR, LTP, HE-AAC or HE-AAC v2.
    TooLarge,              ///< More than kMaxConfigBytes.
};
[[nodiscard]] std::string_view describe(ParseError error);

inline constexpr std::size_t kMaxConfigBytes = 256;

struct AudioConfig
{
    std::uint32_t objectType = 0;         ///< Of the core: 2 for LC, also within HE-AAC.
    std::uint32_t sampleRate = 0;         ///< Of the core, Hz: a frame lasts samplesPerFrame / sampleRate.
    std::uint32_t outputSampleRate = 0;   ///< After SBR; equal to sampleRate without.
    std::uint32_t channels = 0;           ///< As heard: parametric stereo counts two.
    std::uint32_t channelConfig = 0;      ///< 0: a program config element describes them.
    std::uint32_t samplesPerFrame = 1024; ///< Or 960.
    bool sbr = false;
    bool parametricStereo = false;

    /// "mp4a.40.2"; 5 with SBR and 29 with parametric stereo, however they are signalled.
    [[nodiscard]] std::string codecString() const;
};
[[nodiscard]] Result<AudioConfig, ParseError> parseAudioConfig(std::span<const std::uint8_t> config);

/// A track from an AudioSpecificConfig; Track::sampleRate is the core's.
[[nodiscard]] Result<TrackPtr, ParseError> makeTrack(std::span<const std::uint8_t> config);

/// Header (7 bytes, no CRC) for one raw frame. Nothing where ADTS cannot say it: a frame over 8184 bytes, a rate that has no index,
/// an object type over 4.
[[nodiscard]] std::optional<std::array<std::uint8_t, 7>> adtsHeader(const AudioConfig &config, std::size_t frameBytes);

} // namespace matinee::media::aac
