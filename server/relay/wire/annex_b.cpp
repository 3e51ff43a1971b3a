#include "relay/wire/annex_b.h"

#include "media/codec/bit_reader.h"
#include "media/codec/nal_units.h"
#include "rtmp/wire/big_endian.h"

#include <algorithm>

namespace matinee::relay::wire {

namespace {

using media::BitReader;
using rtmp::appendBytes;
using rtmp::appendNumber;

constexpr std::size_t kSetBytesThatCount = 1024; // far beyond what is read of an SPS

media::Bytes unescapedHead(Nal nal)
{
    return media::nal::unescaped(nal.first(std::min(nal.size(), kSetBytesThatCount)));
}

struct Samples
{
    std::uint32_t chromaFormat = 1;
    std::uint32_t lumaBits = 8;
    std::uint32_t chromaBits = 8;
    [[nodiscard]] bool good() const { return chromaFormat <= 3 && lumaBits <= 16 && chromaBits <= 16; }
};

bool hasChromaInfo(std::uint8_t profile)
{
    return profile == 100 || profile == 110 || profile == 122 || profile == 144;
}

/// chroma_format_idc and what follows it, of an SPS of a High profile (H.264, 7.3.2.1.1).
std::optional<Samples> h264Samples(const media::Bytes &sps)
{
    BitReader bits{std::span(sps).subspan(4)};
    (void)bits.unsignedGolomb(); // seq_parameter_set_id
    Samples samples;
    samples.chromaFormat = bits.unsignedGolomb();
    if (samples.chromaFormat == 3)
        bits.skip(1);
    samples.lumaBits = 8 + bits.unsignedGolomb();
    samples.chromaBits = 8 + bits.unsignedGolomb();
    return bits.ok() && samples.good() ? std::optional(samples) : std::nullopt;
}

struct HevcSps
{
    media::Bytes profileTierLevel; ///< 12 bytes, as they stand in the SPS and in the record.
    std::uint32_t subLayers = 1;
    bool nested = false;
    Samples samples;
};

/// HEVC, 7.3.2.2.1 and 7.3.3.
std::optional<HevcSps> readHevcSps(Nal nal)
{
    constexpr std::size_t kBeforeProfile = 3;
    constexpr std::size_t kProfileBytes = 12;
    const auto sps = unescapedHead(nal);
    if (sps.size() < kBeforeProfile + kProfileBytes)
        return std::nullopt;
    HevcSps result;
    const auto first = sps[2]; // sps_video_parameter_set_id, sps_max_sub_layers_minus1, sps_temporal_id_nesting_flag
    const std::uint32_t more = (first >> 1) & 7;
    result.subLayers = more + 1;
    result.nested = (first & 1) != 0;
    result.profileTierLevel.assign(sps.begin() + kBeforeProfile, sps.begin() + kBeforeProfile + kProfileBytes);

    BitReader bits{std::span(sps).subspan(kBeforeProfile + kProfileBytes)};
    if (more > 0) {
        std::size_t skipped = 0;
        for (std::uint32_t i = 0; i < 8; ++i) { // flags of the sub-layers, padded to eight of them
            const bool profile = bits.flag(), level = bits.flag();
            if (i < more)
                skipped += (profile ? 88 : 0) + (level ? 8 : 0);
        }
        bits.skip(skipped);
    }
    (void)bits.unsignedGolomb(); // sps_seq_parameter_set_id
    result.samples.chromaFormat = bits.unsignedGolomb();
    if (result.samples.chromaFormat == 3)
        bits.skip(1);
    (void)bits.unsignedGolomb(); // width
    (void)bits.unsignedGolomb(); // height
    if (bits.flag()) {
        for (int side = 0; side < 4; ++side)
            (void)bits.unsignedGolomb();
    }
    result.samples.lumaBits = 8 + bits.unsignedGolomb();
    result.samples.chromaBits = 8 + bits.unsignedGolomb();
    if (!bits.ok() || !result.samples.good())
        return std::nullopt;
    return result;
}

bool fits(const std::vector<media::Bytes> &sets, std::size_t least)
{
    return !sets.empty() && sets.size() <= kMaxParameterSets &&
           std::all_of(sets.begin(), sets.end(), [&](const auto &set) { return set.size() >= least && set.size() <= 0xffff; });
}

void appendSets(media::Bytes &out, const std::vector<media::Bytes> &sets)
{
    for (const auto &set : sets) {
        appendNumber(out, set.size(), 2);
        appendBytes(out, set);
    }
}

} // namespace

std::vector<Nal> splitAnnexB(std::span<const std::uint8_t> bytes)
{
    std::vector<Nal> nals;
    std::size_t begin = bytes.size(); // of the unit that is open; no unit before the first start code
    bool open = false;
    const auto close = [&](std::size_t end) {
        while (end > begin && bytes[end - 1] == 0) // trailing_zero_8bits, or the first zero of a 4-byte start code
            --end;
        if (open && end > begin)
            nals.push_back(bytes.subspan(begin, end - begin));
    };
    for (std::size_t i = 0; i + 3 <= bytes.size() && nals.size() < kMaxNals;) {
        if (bytes[i + 2] > 1) {
            i += 3;
        } else if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 1) {
            close(i);
            open = true;
            i = begin = i + 3;
        } else {
            ++i;
        }
    }
    if (nals.size() < kMaxNals)
        close(bytes.size());
    return nals;
}

NalUse h264Use(Nal nal)
{
    switch (nal.front() & 0x1f) {
    case 7:
        return NalUse::Sps;
    case 8:
        return NalUse::Pps;
    case 9:
    case 10:
    case 11:
    case 12:
        return NalUse::Framing;
    default:
        return NalUse::Picture;
    }
}

NalUse hevcUse(Nal nal)
{
    switch ((nal.front() >> 1) & 0x3f) {
    case 32:
        return NalUse::Vps;
    case 33:
        return NalUse::Sps;
    case 34:
        return NalUse::Pps;
    case 35:
    case 36:
    case 37:
    case 38:
        return NalUse::Framing;
    default:
        return NalUse::Picture;
    }
}

std::optional<media::Bytes> avcConfig(const ParameterSets &sets)
{
    if (!fits(sets.sps, 4) || !fits(sets.pps, 2))
        return std::nullopt;
    const auto sps = unescapedHead(sets.sps.front());
    if (sps.size() < 4)
        return std::nullopt;
    const std::uint8_t profile = sps[1];
    media::Bytes out{1, profile, sps[2], sps[3], 0xff};
    out.push_back(static_cast<std::uint8_t>(0xe0 | sets.sps.size()));
    appendSets(out, sets.sps);
    out.push_back(static_cast<std::uint8_t>(sets.pps.size()));
    appendSets(out, sets.pps);
    if (hasChromaInfo(profile)) {
        const auto samples = h264Samples(sps);
        if (!samples)
            return std::nullopt;
        out.push_back(static_cast<std::uint8_t>(0xfc | samples->chromaFormat));
        out.push_back(static_cast<std::uint8_t>(0xf8 | (samples->lumaBits - 8)));
        out.push_back(static_cast<std::uint8_t>(0xf8 | (samples->chromaBits - 8)));
        out.push_back(0); // numOfSequenceParameterSetExt
    }
    return out;
}

std::optional<media::Bytes> hevcConfig(const ParameterSets &sets)
{
    if (!fits(sets.vps, 3) || !fits(sets.sps, 3) || !fits(sets.pps, 3))
        return std::nullopt;
    const auto sps = readHevcSps(sets.sps.front());
    if (!sps)
        return std::nullopt;
    media::Bytes out{1};
    appendBytes(out, sps->profileTierLevel);
    appendNumber(out, 0xf000, 2); // min_spatial_segmentation_idc unknown
    out.push_back(0xfc);          // parallelismType unknown
    out.push_back(static_cast<std::uint8_t>(0xfc | sps->samples.chromaFormat));
    out.push_back(static_cast<std::uint8_t>(0xf8 | (sps->samples.lumaBits - 8)));
    out.push_back(static_cast<std::uint8_t>(0xf8 | (sps->samples.chromaBits - 8)));
    appendNumber(out, 0, 2); // avgFrameRate unknown
    out.push_back(static_cast<std::uint8_t>((sps->subLayers & 7) << 3 | (sps->nested ? 4 : 0) | 3));
    out.push_back(3);
    const std::pair<std::uint8_t, const std::vector<media::Bytes> *> arrays[] = {{32, &sets.vps}, {33, &sets.sps}, {34, &sets.pps}};
    for (const auto &[type, list] : arrays) {
        out.push_back(static_cast<std::uint8_t>(0x80 | type)); // complete: none is repeated in the stream
        appendNumber(out, list->size(), 2);
        appendSets(out, *list);
    }
    return out;
}

} // namespace matinee::relay::wire
