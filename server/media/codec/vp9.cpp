#include "media/codec/vp9.h"

#include "media/codec/bit_reader.h"

#include <array>

namespace matinee::media::vp9 {

namespace {

using View = std::span<const std::uint8_t>;

constexpr std::size_t kRecordBytes = 8;
constexpr std::size_t kFullBoxBytes = 4;
constexpr std::uint32_t kSyncCode = 0x498342;
constexpr unsigned kSrgb = 7;

/// Without version 1 and flags 0. Read as a record they would say 0 bits a sample, which nothing has.
View withoutFullBox(View record)
{
    const bool boxed =
        record.size() >= kFullBoxBytes + kRecordBytes && record[0] == 1 && record[1] == 0 && record[2] == 0 && record[3] == 0;
    return boxed ? record.subspan(kFullBoxBytes) : record;
}

/// The smallest level whose pictures are as large (VP9 levels, "max luma picture size").
std::uint8_t levelFor(std::uint64_t pixels)
{
    constexpr std::array<std::pair<std::uint64_t, std::uint8_t>, 9> levels{
        {{36864, 10}, {73728, 11}, {122880, 20}, {245760, 21}, {552960, 30}, {983040, 31}, {2228224, 40}, {8912896, 50}, {35651584, 60}}};
    for (const auto &[largest, level] : levels) {
        if (pixels <= largest)
            return level;
    }
    return 62;
}

} // namespace

std::string_view describe(ParseError error)
{
    switch (error) {
    case ParseError::Truncated:
        return "the VP9 configuration is cut short";
    case ParseError::BadConfiguration:
        return "the VP9 configuration has a value out of range";
    case ParseError::BadFrame:
        return "the picture is not VP9";
    case ParseError::TooLarge:
        return "the VP9 configuration is larger than 1 KiB";
    }
    return "unknown";
}

Result<CodecConfig, ParseError> parseCodecConfig(View record)
{
    if (record.size() > kMaxConfigBytes)
        return ParseError::TooLarge;
    record = withoutFullBox(record);
    if (record.size() < kRecordBytes)
        return ParseError::Truncated;
    CodecConfig config;
    config.profile = record[0];
    config.level = record[1];
    config.bitDepth = record[2] >> 4;
    const bool depthExists = config.bitDepth == 8 || config.bitDepth == 10 || config.bitDepth == 12;
    if (config.profile > 3 || config.level > 99 || !depthExists)
        return ParseError::BadConfiguration;
    return config;
}

Result<FrameHeader, ParseError> parseFrameHeader(View frame)
{
    BitReader bits(frame);
    const bool marked = bits.bits(2) == 2;
    FrameHeader header;
    header.profile = static_cast<std::uint8_t>(bits.bits(1));
    header.profile |= static_cast<std::uint8_t>(bits.bits(1) << 1);
    const bool reserved = header.profile == 3 && bits.flag();
    const bool showsAnother = bits.flag();
    const bool inter = !showsAnother && bits.flag();
    if (!bits.ok())
        return ParseError::Truncated;
    if (!marked || reserved)
        return ParseError::BadFrame;
    header.key = !showsAnother && !inter;
    if (!header.key)
        return header;
    bits.skip(2); // shown, resilient to errors
    const bool synced = bits.bits(24) == kSyncCode;
    if (header.profile >= 2)
        header.bitDepth = bits.flag() ? 12 : 10;
    const bool moreChroma = header.profile == 1 || header.profile == 3;
    if (bits.bits(3) != kSrgb)
        bits.skip(moreChroma ? 4 : 1);
    else if (moreChroma)
        bits.skip(1);
    header.width = bits.bits(16) + 1;
    header.height = bits.bits(16) + 1;
    if (!bits.ok())
        return ParseError::Truncated;
    if (!synced)
        return ParseError::BadFrame;
    return header;
}

std::string codecString(const CodecConfig &config, std::uint32_t width, std::uint32_t height)
{
    const auto twoDigits = [](unsigned value) { return (value < 10 ? "0" : "") + std::to_string(value); };
    const std::uint8_t level = config.level != 0 ? config.level : levelFor(std::uint64_t{width} * height);
    return "vp09." + twoDigits(config.profile) + "." + twoDigits(level) + "." + twoDigits(config.bitDepth);
}

Result<TrackPtr, ParseError> makeTrack(View record, std::uint32_t width, std::uint32_t height)
{
    const auto config = parseCodecConfig(record);
    if (!config)
        return config.error();
    const View bare = withoutFullBox(record);
    auto track = std::make_shared<Track>();
    track->kind = Kind::Video;
    track->codec = Codec::Vp9;
    track->config.assign(bare.begin(), bare.end());
    track->codecString = codecString(*config, width, height);
    track->width = width;
    track->height = height;
    return TrackPtr(std::move(track));
}

} // namespace matinee::media::vp9
