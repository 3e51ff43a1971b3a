// A track and its frames as the server and its relay processes tell them to each other. Values; any thread.
#pragma once

#include "media/frame.h"

#include <cstdint>

namespace matinee::relay::wire {

/// Announces the track `id`, or gives it a new configuration. The receiver makes its own media::Track of it.
struct Track
{
    std::uint8_t id = 0;
    media::Codec codec = media::Codec::H264;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t sampleRate = 0;
    std::uint32_t channels = 0;
    media::Bytes config;
    friend bool operator==(const Track &, const Track &) = default;
};

struct Frame
{
    std::uint8_t track = 0;
    bool key = false;
    media::MediaTime dts{};
    media::MediaTime pts{};
    media::Bytes payload;
    friend bool operator==(const Frame &, const Frame &) = default;
};

} // namespace matinee::relay::wire
