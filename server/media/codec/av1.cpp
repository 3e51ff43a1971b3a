#include "media/codec/av1.h"

#include "media/codec/bit_reader.h"

#include <optional>

namespace matinee::media::av1 {

namespace {

using View = std::span<const std::uint8_t>;

constexpr std::size_t kRecordHeaderBytes = 4;
constexpr std::uint8_t kMarkerAndVersion = 0x81;
constexpr unsigned kSelect = 2; // SELECT_SCREEN_CONTENT_TOOLS

struct Obu
{
    std::uint8_t type = 0;
    bool hasSize = false;
    View whole; // with header and size
    View payload;
};

/// Takes one OBU from the front of `bytes` (5.3).
Result<Obu, ParseError> takeObu(View &bytes)
{
    const std::uint8_t first = bytes[0];
    if ((first & 0x80) != 0)
        return ParseError::BadObu;
    Obu obu;
    obu.type = first >> 3 & 15;
    obu.hasSize = (first & 2) != 0;
    std::size_t header = (first & 4) != 0 ? 2 : 1;
    if (header > bytes.size())
        return ParseError::BadObu;
    std::size_t size = bytes.size() - header;
    if (obu.hasSize) { // leb128 (4.10.5): at most eight bytes, and never more than 32 bits
        std::uint64_t value = 0;
        for (unsigned i = 0;; ++i) {
            if (i == 8 || header == bytes.size())
                return ParseError::BadObu;
            const std::uint8_t byte = bytes[header++];
            value |= std::uint64_t{byte & 0x7fU} << (7 * i);
            if ((byte & 0x80) == 0)
                break;
        }
        if (value > bytes.size() - header)
            return ParseError::BadObu;
        size = static_cast<std::size_t>(value);
    }
    obu.whole = bytes.first(header + size);
    obu.payload = obu.whole.subspan(header);
    bytes = bytes.subspan(header + size);
    return obu;
}

void skipUvlc(BitReader &bits) // 4.10.3
{
    unsigned zeros = 0;
    while (bits.ok() && !bits.flag())
        ++zeros;
    if (zeros < 32)
        bits.skip(zeros);
}

/// Operating points (5.5.1): the first one counts, the others are passed over.
void readOperatingPoints(BitReader &bits, SequenceHeader &header)
{
    unsigned delayBits = 0;
    bool decoderModel = false;
    if (bits.flag()) { // timing_info
        bits.skip(64);
        if (bits.flag())
            skipUvlc(bits);
        decoderModel = bits.flag();
        if (decoderModel) {
            delayBits = bits.bits(5) + 1;
            bits.skip(32 + 5 + 5);
        }
    }
    const bool displayDelay = bits.flag();
    const unsigned points = bits.bits(5) + 1;
    for (unsigned i = 0; i < points && bits.ok(); ++i) {
        bits.skip(12);
        const auto level = static_cast<std::uint8_t>(bits.bits(5));
        const bool highTier = level > 7 && bits.flag();
        if (decoderModel && bits.flag())
            bits.skip(std::size_t{2} * delayBits + 1);
        if (displayDelay && bits.flag())
            bits.skip(4);
        if (i == 0) {
            header.level = level;
            header.highTier = highTier;
        }
    }
}

/// Coding tools between picture size and colours; none matters here.
void skipTools(BitReader &bits, bool reduced)
{
    bits.skip(3);
    if (!reduced) {
        bits.skip(4);
        const bool orderHint = bits.flag();
        if (orderHint)
            bits.skip(2);
        const unsigned screenContent = bits.flag() ? kSelect : bits.bits(1);
        if (screenContent > 0 && !bits.flag())
            bits.skip(1);
        if (orderHint)
            bits.skip(3);
    }
    bits.skip(3);
}

} // namespace

std::string_view describe(ParseError error)
{
    switch (error) {
    case ParseError::Truncated:
        return "the AV1 configuration is cut short";
    case ParseError::UnsupportedVersion:
        return "the AV1 configuration has an unknown version";
    case ParseError::BadObu:
        return "an AV1 unit has a size that cannot be";
    case ParseError::TooManyObus:
        return "an AV1 picture has more than 1024 units";
    case ParseError::NoSequenceHeader:
        return "the AV1 sequence header is missing";
    case ParseError::BadSequenceHeader:
        return "the AV1 sequence header has a value out of range";
    case ParseError::TooLarge:
        return "the AV1 configuration is larger than 16 KiB";
    }
    return "unknown";
}

std::string SequenceHeader::codecString() const
{
    const auto twoDigits = [](unsigned value) { return (value < 10 ? "0" : "") + std::to_string(value); };
    return "av01." + std::to_string(profile) + "." + twoDigits(level) + (highTier ? "H." : "M.") + twoDigits(bitDepth);
}

Result<SequenceHeader, ParseError> parseSequenceHeader(View payload)
{
    BitReader bits(payload);
    SequenceHeader header;
    header.profile = static_cast<std::uint8_t>(bits.bits(3));
    bits.skip(1); // still picture
    const bool reduced = bits.flag();
    if (reduced)
        header.level = static_cast<std::uint8_t>(bits.bits(5));
    else
        readOperatingPoints(bits, header);
    const unsigned widthBits = bits.bits(4) + 1;
    const unsigned heightBits = bits.bits(4) + 1;
    header.width = bits.bits(widthBits) + 1;
    header.height = bits.bits(heightBits) + 1;
    if (!reduced && bits.flag())
        bits.skip(4 + 3); // frame ids
    skipTools(bits, reduced);
    const bool highDepth = bits.flag();
    const bool twelve = header.profile == 2 && highDepth && bits.flag();
    if (!bits.ok())
        return ParseError::Truncated;
    if (header.profile > 2 || header.width > kMaxDimension || header.height > kMaxDimension)
        return ParseError::BadSequenceHeader;
    header.bitDepth = twelve ? 12 : highDepth ? 10 : 8;
    return header;
}

Result<View, ParseError> findSequenceHeader(View obus)
{
    for (std::size_t count = 0; !obus.empty(); ++count) {
        if (count == kMaxObus)
            return ParseError::TooManyObus;
        const auto obu = takeObu(obus);
        if (!obu)
            return obu.error();
        if (obu->type == SequenceHeaderObu)
            return obu->whole;
    }
    return ParseError::NoSequenceHeader;
}

Result<Bytes, ParseError> withoutTemporalDelimiters(View unit)
{
    Bytes out;
    out.reserve(unit.size());
    for (std::size_t count = 0; !unit.empty(); ++count) {
        if (count == kMaxObus)
            return ParseError::TooManyObus;
        const auto obu = takeObu(unit);
        if (!obu)
            return obu.error();
        if (obu->type != TemporalDelimiterObu)
            out.insert(out.end(), obu->whole.begin(), obu->whole.end());
    }
    return out;
}

Result<TrackPtr, ParseError> makeTrack(View record)
{
    if (record.size() > kMaxConfigBytes)
        return ParseError::TooLarge;
    if (record.size() < kRecordHeaderBytes)
        return ParseError::Truncated;
    if (record[0] != kMarkerAndVersion)
        return ParseError::UnsupportedVersion;
    auto found = findSequenceHeader(record.subspan(kRecordHeaderBytes));
    if (!found)
        return found.error();
    const auto obu = takeObu(*found);
    if (!obu)
        return obu.error();
    const auto header = parseSequenceHeader(obu->payload);
    if (!header)
        return header.error();
    auto track = std::make_shared<Track>();
    track->kind = Kind::Video;
    track->codec = Codec::Av1;
    track->config.assign(record.begin(), record.end());
    track->codecString = header->codecString();
    track->width = header->width;
    track->height = header->height;
    return TrackPtr(std::move(track));
}

Result<Bytes, ParseError> withSequenceHeader(View record, View keyFrame)
{
    if (record.size() < kRecordHeaderBytes)
        return ParseError::Truncated;
    const auto header = findSequenceHeader(keyFrame);
    if (!header)
        return header.error();
    Bytes out(record.begin(), record.begin() + kRecordHeaderBytes);
    out.insert(out.end(), header->begin(), header->end());
    return out;
}

} // namespace matinee::media::av1
