#include "media/codec/hevc.h"

#include "media/codec/bit_reader.h"

#include <algorithm>

namespace matinee::media::hevc {

namespace {

using nal::View;

constexpr std::size_t kRecordHeaderBytes = 23;
constexpr std::size_t kLengthSizeByte = 21;

std::string hexadecimal(std::uint32_t value)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    do {
        text.insert(text.begin(), digits[value & 15]);
        value >>= 4;
    } while (value != 0);
    return text;
}

std::uint32_t reversed(std::uint32_t bits)
{
    std::uint32_t out = 0;
    for (int i = 0; i < 32; ++i)
        out |= (bits >> i & 1U) << (31 - i);
    return out;
}

Profile readProfile(BitReader &bits, unsigned subLayers) // 7.3.3; `subLayers` without the highest one
{
    constexpr std::size_t profileBits = 88;
    constexpr std::size_t levelBits = 8;
    Profile profile;
    profile.space = static_cast<std::uint8_t>(bits.bits(2));
    profile.highTier = bits.flag();
    profile.idc = static_cast<std::uint8_t>(bits.bits(5));
    profile.compatibility = bits.bits(32);
    for (std::uint8_t &byte : profile.constraints)
        byte = static_cast<std::uint8_t>(bits.bits(8));
    profile.level = static_cast<std::uint8_t>(bits.bits(8));
    std::size_t more = 0;
    for (unsigned i = 0; i < subLayers; ++i) {
        more += bits.flag() ? profileBits : 0;
        more += bits.flag() ? levelBits : 0;
    }
    if (subLayers > 0)
        bits.skip(std::size_t{2} * (8 - subLayers)); // reserved
    bits.skip(more);
    return profile;
}

} // namespace

std::string_view describe(ParseError error)
{
    switch (error) {
    case ParseError::Truncated:
        return "the HEVC configuration is cut short";
    case ParseError::UnsupportedVersion:
        return "the HEVC configuration has an unknown version";
    case ParseError::NoParameterSet:
        return "the HEVC configuration lacks its VPS, SPS or PPS";
    case ParseError::TooManyParameterSets:
        return "the HEVC configuration is larger than 64 KiB or has more than 64 parameter sets";
    case ParseError::BadLengthSize:
        return "the HEVC configuration names a NAL length of 3 bytes";
    case ParseError::BadParameterSet:
        return "the HEVC sequence parameter set has a value out of range";
    }
    return "unknown";
}

std::string Profile::codecString() const
{
    std::string text = "hvc1.";
    if (space != 0)
        text.push_back(static_cast<char>('A' + space - 1));
    text += std::to_string(idc) + "." + hexadecimal(reversed(compatibility)) + (highTier ? ".H" : ".L") + std::to_string(level);
    std::size_t last = constraints.size();
    while (last > 0 && constraints[last - 1] == 0) // bytes of zeros at the end are left out
        --last;
    for (std::size_t i = 0; i < last; ++i)
        text += "." + hexadecimal(constraints[i]);
    return text;
}

Result<Sps, ParseError> parseSps(View nal)
{
    if (nal.size() < 3)
        return ParseError::Truncated;
    if (nalType(nal[0]) != SpsNal || (nal[0] & 0x80) != 0)
        return ParseError::BadParameterSet;
    if (nal.size() > kMaxConfigBytes)
        return ParseError::TooManyParameterSets;
    const Bytes raw = nal::unescaped(nal.subspan(2));
    BitReader bits(raw);
    bits.skip(4); // of which VPS
    const unsigned subLayers = bits.bits(3);
    if (subLayers > 6)
        return ParseError::BadParameterSet;
    bits.skip(1);
    Sps sps;
    sps.profile = readProfile(bits, subLayers);
    if (bits.unsignedGolomb() > 15)
        return bits.ok() ? ParseError::BadParameterSet : ParseError::Truncated;
    const std::uint32_t chroma = bits.unsignedGolomb();
    if (chroma > 3)
        return ParseError::BadParameterSet;
    if (chroma == 3)
        bits.skip(1);
    const std::uint64_t width = bits.unsignedGolomb();
    const std::uint64_t height = bits.unsignedGolomb();
    std::uint64_t cropX = 0;
    std::uint64_t cropY = 0;
    if (bits.flag()) { // the conformance window, in units of chroma samples (7.4.3.2.1)
        const std::uint64_t unitX = chroma == 1 || chroma == 2 ? 2 : 1;
        const std::uint64_t unitY = chroma == 1 ? 2 : 1;
        const std::uint64_t left = bits.unsignedGolomb();
        const std::uint64_t right = bits.unsignedGolomb();
        const std::uint64_t top = bits.unsignedGolomb();
        const std::uint64_t bottom = bits.unsignedGolomb();
        cropX = unitX * (left + right);
        cropY = unitY * (top + bottom);
    }
    if (!bits.ok())
        return ParseError::Truncated;
    if (width > kMaxDimension || height > kMaxDimension || cropX >= width || cropY >= height)
        return ParseError::BadParameterSet;
    sps.width = static_cast<std::uint32_t>(width - cropX);
    sps.height = static_cast<std::uint32_t>(height - cropY);
    return sps;
}

Result<DecoderConfig, ParseError> parseDecoderConfig(View record)
{
    if (record.size() > kMaxConfigBytes)
        return ParseError::TooManyParameterSets;
    if (record.size() < kRecordHeaderBytes)
        return ParseError::Truncated;
    if (record[0] != 1)
        return ParseError::UnsupportedVersion;
    DecoderConfig config;
    config.nalLengthSize = (record[kLengthSizeByte] & 3U) + 1;
    if (config.nalLengthSize == 3)
        return ParseError::BadLengthSize;
    const unsigned arrays = record[kRecordHeaderBytes - 1];
    record = record.subspan(kRecordHeaderBytes);
    std::size_t sets = 0;
    for (unsigned i = 0; i < arrays; ++i) {
        if (record.size() < 3)
            return ParseError::Truncated;
        const unsigned type = record[0] & 0x3fU;
        const unsigned count = static_cast<unsigned>(record[1]) << 8 | record[2];
        record = record.subspan(3);
        for (unsigned n = 0; n < count; ++n) {
            if (record.size() < 2)
                return ParseError::Truncated;
            const std::size_t length = static_cast<std::size_t>(record[0]) << 8 | record[1];
            record = record.subspan(2);
            if (length > record.size())
                return ParseError::Truncated;
            if (++sets > kMaxParameterSets)
                return ParseError::TooManyParameterSets;
            const View set = record.first(length);
            record = record.subspan(length);
            if (length < 2)
                continue;
            if (type == VpsNal)
                config.vps.emplace_back(set.begin(), set.end());
            else if (type == SpsNal)
                config.sps.emplace_back(set.begin(), set.end());
            else if (type == PpsNal)
                config.pps.emplace_back(set.begin(), set.end());
        }
    }
    if (config.vps.empty() || config.sps.empty() || config.pps.empty())
        return ParseError::NoParameterSet;
    return config;
}

Result<TrackPtr, ParseError> makeTrack(View record)
{
    const auto config = parseDecoderConfig(record);
    if (!config)
        return config.error();
    const auto sps = parseSps(config->sps.front());
    if (!sps)
        return sps.error();
    auto track = std::make_shared<Track>();
    track->kind = Kind::Video;
    track->codec = Codec::Hevc;
    track->config.assign(record.begin(), record.end());
    track->config[kLengthSizeByte] |= 3;
    track->codecString = sps->profile.codecString(); // not the record's, as for H.264
    track->width = sps->width;
    track->height = sps->height;
    // general_progressive_source_flag and general_interlaced_source_flag (7.4.4); both, or neither, say nothing.
    track->interlaced = (sps->profile.constraints[0] & 0xc0U) == 0x40;
    return TrackPtr(std::move(track));
}

} // namespace matinee::media::hevc
