#include "media/codec/h264.h"

#include "media/codec/bit_reader.h"
#include "media/codec/nal_units.h"

#include <algorithm>
#include <array>

namespace matinee::media::h264 {

namespace {

using View = std::span<const std::uint8_t>;

bool hasChromaFields(std::uint8_t profile) // 7.3.2.1.1
{
    constexpr std::array<std::uint8_t, 13> profiles{100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
    return std::find(profiles.begin(), profiles.end(), profile) != profiles.end();
}

void skipScalingList(BitReader &bits, int size)
{
    std::int64_t last = 8;
    std::int64_t next = 8;
    for (int i = 0; i < size && bits.ok(); ++i) {
        if (next != 0)
            next = (last + bits.signedGolomb() + 256) % 256;
        last = next == 0 ? last : next;
    }
}

struct Chroma
{
    std::uint32_t format = 1;
    bool separatePlanes = false;
};

bool readChroma(BitReader &bits, Chroma &chroma)
{
    chroma.format = bits.unsignedGolomb();
    if (chroma.format > 3)
        return false;
    if (chroma.format == 3)
        chroma.separatePlanes = bits.flag();
    if (bits.unsignedGolomb() > 6 || bits.unsignedGolomb() > 6) // bit depths
        return false;
    bits.skip(1);
    if (bits.flag()) { // scaling matrix
        const int lists = chroma.format != 3 ? 8 : 12;
        for (int i = 0; i < lists; ++i) {
            if (bits.flag())
                skipScalingList(bits, i < 6 ? 16 : 64);
        }
    }
    return bits.ok();
}

bool skipPictureOrder(BitReader &bits)
{
    const std::uint32_t type = bits.unsignedGolomb();
    if (type == 0)
        return bits.unsignedGolomb() <= 12;
    if (type == 2)
        return true;
    if (type != 1)
        return false;
    bits.skip(1);
    (void)bits.signedGolomb();
    (void)bits.signedGolomb();
    const std::uint32_t cycle = bits.unsignedGolomb();
    if (cycle > 255)
        return false;
    for (std::uint32_t i = 0; i < cycle; ++i)
        (void)bits.signedGolomb();
    return bits.ok();
}

void append(Bytes &out, View bytes)
{
    out.insert(out.end(), bytes.begin(), bytes.end());
}

void appendWithStartCode(Bytes &out, View nal)
{
    constexpr std::array<std::uint8_t, 4> startCode{0, 0, 0, 1};
    append(out, startCode);
    append(out, nal);
}

/// Reads `count` parameter sets with 16-bit lengths from the front of `record`.
Result<std::vector<Bytes>, ParseError> takeParameterSets(View &record, unsigned count)
{
    std::vector<Bytes> sets;
    for (unsigned i = 0; i < count; ++i) {
        if (record.size() < 2)
            return ParseError::Truncated;
        const std::size_t length = std::size_t{record[0]} << 8 | record[1];
        if (record.size() - 2 < length)
            return ParseError::Truncated;
        if (length != 0)
            sets.emplace_back(record.begin() + 2, record.begin() + 2 + static_cast<std::ptrdiff_t>(length));
        record = record.subspan(2 + length);
    }
    return sets;
}

} // namespace

std::string_view describe(ParseError error)
{
    switch (error) {
    case ParseError::Truncated:
        return "the H.264 configuration is cut short";
    case ParseError::UnsupportedVersion:
        return "the H.264 configuration has an unknown version";
    case ParseError::NoParameterSet:
        return "the H.264 configuration has no SPS or no PPS";
    case ParseError::TooManyParameterSets:
        return "the H.264 configuration is larger than 64 KiB";
    case ParseError::BadLengthSize:
        return "the H.264 configuration names a NAL length of 3 bytes";
    case ParseError::BadParameterSet:
        return "the H.264 sequence parameter set has a value out of range";
    case ParseError::BadNalLength:
        return "a NAL unit reaches past the end of its frame";
    case ParseError::TooManyNals:
        return "a frame has more than 4096 NAL units";
    }
    return "unknown";
}

Result<Sps, ParseError> parseSps(View nal)
{
    if (nal.size() < 5)
        return ParseError::Truncated;
    if (nalType(nal[0]) != SpsNal || (nal[0] & 0x80) != 0)
        return ParseError::BadParameterSet;
    if (nal.size() > kMaxConfigBytes)
        return ParseError::TooManyParameterSets;
    const Bytes raw = nal::unescaped(nal.subspan(1));
    BitReader bits(raw);
    Sps sps;
    sps.profile = static_cast<std::uint8_t>(bits.bits(8));
    sps.constraints = static_cast<std::uint8_t>(bits.bits(8));
    sps.level = static_cast<std::uint8_t>(bits.bits(8));
    if (bits.unsignedGolomb() > 31)
        return ParseError::BadParameterSet;
    Chroma chroma;
    if (hasChromaFields(sps.profile) && !readChroma(bits, chroma))
        return bits.ok() ? ParseError::BadParameterSet : ParseError::Truncated;
    if (bits.unsignedGolomb() > 12 || !skipPictureOrder(bits)) // log2_max_frame_num_minus4
        return bits.ok() ? ParseError::BadParameterSet : ParseError::Truncated;
    (void)bits.unsignedGolomb(); // max_num_ref_frames
    bits.skip(1);
    const std::uint64_t widthInBlocks = std::uint64_t{bits.unsignedGolomb()} + 1;
    const std::uint64_t heightInUnits = std::uint64_t{bits.unsignedGolomb()} + 1;
    const bool framesOnly = bits.flag();
    sps.interlaced = !framesOnly;
    if (!framesOnly)
        bits.skip(1);
    bits.skip(1);
    std::uint64_t cropX = 0;
    std::uint64_t cropY = 0;
    if (bits.flag()) { // 7.4.2.1.1: in units that depend on chroma and on interlacing
        const std::uint64_t unitX = chroma.format == 1 || chroma.format == 2 ? 2 : 1;
        const std::uint64_t unitY = (chroma.format == 1 ? 2 : 1) * (framesOnly ? 1 : 2);
        const std::uint64_t left = bits.unsignedGolomb();
        const std::uint64_t right = bits.unsignedGolomb();
        const std::uint64_t top = bits.unsignedGolomb();
        const std::uint64_t bottom = bits.unsignedGolomb();
        cropX = unitX * (left + right);
        cropY = unitY * (top + bottom);
    }
    if (!bits.ok())
        return ParseError::Truncated;
    const std::uint64_t width = widthInBlocks * 16;
    const std::uint64_t height = heightInUnits * 16 * (framesOnly ? 1 : 2);
    if (width > kMaxDimension || height > kMaxDimension || cropX >= width || cropY >= height)
        return ParseError::BadParameterSet;
    sps.width = static_cast<std::uint32_t>(width - cropX);
    sps.height = static_cast<std::uint32_t>(height - cropY);
    return sps;
}

Result<DecoderConfig, ParseError> parseDecoderConfig(View record)
{
    if (record.size() < 7)
        return ParseError::Truncated;
    if (record.size() > kMaxConfigBytes)
        return ParseError::TooManyParameterSets;
    if (record[0] != 1)
        return ParseError::UnsupportedVersion;
    DecoderConfig config;
    config.profile = record[1];
    config.constraints = record[2];
    config.level = record[3];
    config.nalLengthSize = (record[4] & 3U) + 1;
    if (config.nalLengthSize == 3)
        return ParseError::BadLengthSize;
    const unsigned spsCount = record[5] & 0x1fU;
    record = record.subspan(6);
    auto sps = takeParameterSets(record, spsCount);
    if (!sps)
        return sps.error();
    if (record.empty())
        return ParseError::Truncated;
    const unsigned ppsCount = record[0];
    record = record.subspan(1);
    auto pps = takeParameterSets(record, ppsCount);
    if (!pps)
        return pps.error();
    // What follows for High profiles (chroma format, SPS extensions) is often absent and needed by nobody.
    config.sps = std::move(*sps);
    config.pps = std::move(*pps);
    if (config.sps.empty() || config.pps.empty())
        return ParseError::NoParameterSet;
    return config;
}

std::string codecString(std::uint8_t profile, std::uint8_t constraints, std::uint8_t level)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "avc1.";
    for (const std::uint8_t byte : {profile, constraints, level}) {
        text.push_back(digits[byte >> 4]);
        text.push_back(digits[byte & 15]);
    }
    return text;
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
    track->codec = Codec::H264;
    track->config.assign(record.begin(), record.end());
    track->config[4] = 0xff; // reserved bits set, 4-byte lengths
    // From the SPS and not from the record: some encoders write another profile there, and browsers believe the string.
    track->codecString = codecString(sps->profile, sps->constraints, sps->level);
    track->width = sps->width;
    track->height = sps->height;
    track->interlaced = sps->interlaced;
    return TrackPtr(std::move(track));
}

Result<std::vector<View>, ParseError> splitNals(View payload, unsigned lengthSize)
{
    auto nals = nal::split(payload, lengthSize);
    if (nals)
        return std::move(*nals);
    switch (nals.error()) {
    case nal::SplitError::BadLengthSize:
        return ParseError::BadLengthSize;
    case nal::SplitError::TooManyNals:
        return ParseError::TooManyNals;
    case nal::SplitError::BadNalLength:
        break;
    }
    return ParseError::BadNalLength;
}

Result<Bytes, ParseError> withFourByteLengths(View payload, unsigned lengthSize)
{
    const auto nals = splitNals(payload, lengthSize);
    if (!nals)
        return nals.error();
    return nal::join(*nals);
}

Result<Bytes, ParseError> toAnnexB(View payload, const DecoderConfig &config, bool key)
{
    const auto nals = splitNals(payload);
    if (!nals)
        return nals.error();
    const auto brings = [&](std::uint8_t type) { return std::any_of(nals->begin(), nals->end(), [&](View nal) { return nalType(nal[0]) == type; }); };
    Bytes out;
    out.reserve(payload.size() + 256);
    constexpr std::array<std::uint8_t, 2> anyPicture{AccessUnitDelimiter, 0xf0};
    appendWithStartCode(out, anyPicture);
    if (key && !brings(SpsNal)) {
        for (const Bytes &set : config.sps)
            appendWithStartCode(out, set);
    }
    // An encoder may send the one in band and leave the other to the configuration; a PPS must come after its SPS.
    const bool lacksPps = key && !brings(PpsNal);
    bool pictures = false;
    for (const View nal : *nals) {
        const auto type = nalType(nal[0]);
        if (lacksPps && !pictures && type >= 1 && type <= 5) {
            for (const Bytes &set : config.pps)
                appendWithStartCode(out, set);
        }
        pictures = pictures || (type >= 1 && type <= 5);
        if (type != AccessUnitDelimiter)
            appendWithStartCode(out, nal);
    }
    return out;
}

} // namespace matinee::media::h264
