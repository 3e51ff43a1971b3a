#include "media/codec/aac.h"

#include "media/codec/bit_reader.h"

#include <algorithm>

namespace matinee::media::aac {

namespace {

constexpr std::array<std::uint32_t, 13> kSampleRates{96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                                     22050, 16000, 12000, 11025, 8000,  7350};
constexpr std::uint32_t kAacLc = 2;
constexpr std::uint32_t kSbr = 5;
constexpr std::uint32_t kParametricStereo = 29;

std::uint32_t readObjectType(BitReader &bits)
{
    const std::uint32_t type = bits.bits(5);
    return type == 31 ? 32 + bits.bits(6) : type;
}

/// 0 where it is reserved or absurd.
std::uint32_t readSampleRate(BitReader &bits)
{
    const std::uint32_t index = bits.bits(4);
    const std::uint32_t rate = index == 15 ? bits.bits(24) : index < kSampleRates.size() ? kSampleRates[index] : 0;
    return rate >= 7000 && rate <= 96000 ? rate : 0;
}

std::uint32_t channelsOf(std::uint32_t channelConfig) // table 1.19
{
    switch (channelConfig) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
        return channelConfig;
    case 7:
    case 12:
    case 14:
        return 8;
    case 11:
        return 7;
    case 13:
        return 24;
    default:
        return 0;
    }
}

/// Channels of a program config element (4.4.1.1), whose comment and mixing fields nobody needs.
std::uint32_t readProgramConfig(BitReader &bits)
{
    bits.skip(4 + 2 + 4);
    const std::uint32_t front = bits.bits(4);
    const std::uint32_t side = bits.bits(4);
    const std::uint32_t back = bits.bits(4);
    const std::uint32_t lfe = bits.bits(2);
    const std::uint32_t data = bits.bits(3);
    const std::uint32_t coupling = bits.bits(4);
    if (bits.flag())
        bits.skip(4);
    if (bits.flag())
        bits.skip(4);
    if (bits.flag())
        bits.skip(3);
    std::uint32_t channels = lfe;
    for (std::uint32_t i = 0; i < front + side + back; ++i) {
        channels += bits.flag() ? 2 : 1;
        bits.skip(4);
    }
    bits.skip(std::size_t{lfe} * 4 + std::size_t{data} * 4 + std::size_t{coupling} * 5);
    return channels;
}

/// Backward compatible signalling of SBR after the core's configuration (1.6.5.2). Encoders may leave it out or cut it.
void readSyncExtension(BitReader &bits, AudioConfig &config)
{
    if (bits.left() < 16 || bits.bits(11) != 0x2b7 || readObjectType(bits) != kSbr || !bits.flag())
        return;
    const std::uint32_t rate = readSampleRate(bits);
    if (!bits.ok() || rate == 0)
        return;
    config.sbr = true;
    config.outputSampleRate = rate;
    if (bits.left() >= 12 && bits.bits(11) == 0x548)
        config.parametricStereo = bits.flag();
}

} // namespace

std::string_view describe(ParseError error)
{
    switch (error) {
    case ParseError::Truncated:
        return "the AAC configuration is cut short";
    case ParseError::BadSampleRate:
        return "the AAC configuration has a sample rate that does not exist";
    case ParseError::BadChannels:
        return "the AAC configuration has a channel layout that does not exist";
    case ParseError::UnsupportedObjectType:
        return "the audio is not AAC Main, LC, SSR, LTP or HE-AAC";
    case ParseError::TooLarge:
        return "the AAC configuration is larger than 256 bytes";
    }
    return "unknown";
}

std::string AudioConfig::codecString() const
{
    return "mp4a.40." + std::to_string(parametricStereo ? kParametricStereo : sbr ? kSbr : objectType);
}

Result<AudioConfig, ParseError> parseAudioConfig(std::span<const std::uint8_t> bytes)
{
    if (bytes.size() > kMaxConfigBytes)
        return ParseError::TooLarge;
    BitReader bits(bytes);
    AudioConfig config;
    config.objectType = readObjectType(bits);
    config.sampleRate = readSampleRate(bits);
    config.channelConfig = bits.bits(4);
    if (!bits.ok())
        return ParseError::Truncated;
    if (config.sampleRate == 0)
        return ParseError::BadSampleRate;
    config.outputSampleRate = config.sampleRate;
    const bool hierarchical = config.objectType == kSbr || config.objectType == kParametricStereo;
    if (hierarchical) { // explicit signalling (1.6.5.3): the outer type first, then the core
        config.sbr = true;
        config.parametricStereo = config.objectType == kParametricStereo;
        config.outputSampleRate = readSampleRate(bits);
        config.objectType = readObjectType(bits);
        if (!bits.ok())
            return ParseError::Truncated;
        if (config.outputSampleRate == 0)
            return ParseError::BadSampleRate;
    }
    if (config.objectType < 1 || config.objectType > 4)
        return ParseError::UnsupportedObjectType;
    config.samplesPerFrame = bits.flag() ? 960 : 1024;
    if (bits.flag())
        bits.skip(14); // core coder delay
    const bool extended = bits.flag();
    config.channels = config.channelConfig == 0 ? readProgramConfig(bits) : channelsOf(config.channelConfig);
    if (!bits.ok())
        return ParseError::Truncated;
    if (config.channels == 0)
        return ParseError::BadChannels;
    if (!hierarchical && !extended && config.objectType == kAacLc && config.channelConfig != 0)
        readSyncExtension(bits, config);
    if (config.parametricStereo && config.channels == 1)
        config.channels = 2;
    return config;
}

Result<TrackPtr, ParseError> makeTrack(std::span<const std::uint8_t> bytes)
{
    const auto config = parseAudioConfig(bytes);
    if (!config)
        return config.error();
    auto track = std::make_shared<Track>();
    track->kind = Kind::Audio;
    track->codec = Codec::Aac;
    track->config.assign(bytes.begin(), bytes.end());
    track->codecString = config->codecString();
    track->sampleRate = config->sampleRate;
    track->channels = config->channels;
    return TrackPtr(std::move(track));
}

std::optional<std::array<std::uint8_t, 7>> adtsHeader(const AudioConfig &config, std::size_t frameBytes)
{
    const auto rate = std::find(kSampleRates.begin(), kSampleRates.end(), config.sampleRate);
    const std::size_t length = frameBytes + 7;
    if (rate == kSampleRates.end() || length > 0x1fff || frameBytes > 0x1fff || config.objectType < 1 || config.objectType > 4 ||
        config.channelConfig > 7)
        return std::nullopt;
    const auto index = static_cast<std::uint32_t>(rate - kSampleRates.begin());
    std::array<std::uint8_t, 7> header{};
    header[0] = 0xff;
    header[1] = 0xf1; // MPEG-4, no CRC
    header[2] = static_cast<std::uint8_t>((config.objectType - 1) << 6 | index << 2 | config.channelConfig >> 2);
    header[3] = static_cast<std::uint8_t>((config.channelConfig & 3) << 6 | length >> 11);
    header[4] = static_cast<std::uint8_t>(length >> 3);
    header[5] = static_cast<std::uint8_t>((length & 7) << 5 | 0x1f); // buffer fullness: variable rate
    header[6] = 0xfc;
    return header;
}

} // namespace matinee::media::aac
