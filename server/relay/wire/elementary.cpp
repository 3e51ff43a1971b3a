#include "relay/wire/elementary.h"

#include "media/codec/av1.h"
#include "media/codec/bit_reader.h"
#include "media/codec/nal_units.h"
#include "rtmp/wire/big_endian.h"

#include <algorithm>

namespace matinee::relay::wire {

namespace {

using media::Codec;
using rtmp::appendBytes;
using rtmp::appendNumber;

constexpr std::size_t kAvcRecord = 7;   // least bytes of an avcC
constexpr std::size_t kHevcRecord = 23; // and of an hvcC

/// The least that a decoder of Opus needs (RFC 7845, 5.1), for sources that send only the number of channels.
media::Bytes opusHead(std::uint32_t channels)
{
    media::Bytes head{'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, static_cast<std::uint8_t>(channels == 1 ? 1 : 2)};
    for (const std::uint8_t byte : {0x38, 0x01, 0x80, 0xbb, 0x00, 0x00, 0x00, 0x00, 0x00}) // pre-skip 312, 48000 Hz, no gain, mapping 0
        head.push_back(byte);
    return head;
}

/// Id of a PPS: the first number in it, for both codecs.
std::uint32_t ppsId(Nal pps, std::size_t headerBytes)
{
    if (pps.size() <= headerBytes)
        return 0;
    return media::BitReader(pps.subspan(headerBytes)).unsignedGolomb();
}

struct Adts
{
    std::size_t headerBytes = 0;
    std::size_t frameBytes = 0;
    media::Bytes config;
};

/// ISO/IEC 14496-3, 1.A.2.2.
std::optional<Adts> parseAdts(std::span<const std::uint8_t> packet)
{
    if (packet.size() < 7 || packet[0] != 0xff || (packet[1] & 0xf6) != 0xf0)
        return std::nullopt;
    Adts adts;
    adts.headerBytes = (packet[1] & 1) != 0 ? 7 : 9;
    adts.frameBytes = std::size_t{packet[3] & 3U} << 11 | std::size_t{packet[4]} << 3 | packet[5] >> 5;
    const auto objectType = (packet[2] >> 6) + 1;
    const auto rate = (packet[2] >> 2) & 15;
    const auto channels = (packet[2] & 1) << 2 | packet[3] >> 6;
    const bool oneBlock = (packet[6] & 3) == 0;
    if (!oneBlock || rate > 12 || channels == 0 || adts.frameBytes <= adts.headerBytes || adts.frameBytes > packet.size())
        return std::nullopt;
    adts.config = {static_cast<std::uint8_t>(objectType << 3 | rate >> 1), static_cast<std::uint8_t>((rate & 1) << 7 | channels << 3)};
    return adts;
}

} // namespace

std::string_view describe(ElementaryError error)
{
    return error == ElementaryError::Damaged ? "a damaged packet" : "a packet before its decoder configuration";
}

Elementary::Elementary(Codec codec, std::span<const std::uint8_t> extradata, std::uint32_t channels) : m_codec(codec)
{
    const bool record = !extradata.empty() && extradata.front() == 1;
    switch (codec) {
    case Codec::H264:
        if (record && extradata.size() >= kAvcRecord) {
            m_lengthSize = (extradata[4] & 3) + 1;
            m_config.emplace(extradata.begin(), extradata.end());
            (*m_config)[4] |= 3; // what leaves here has 4-byte lengths
        } else {
            learn(splitAnnexB(extradata));
            renew(avcConfig(m_sets));
        }
        break;
    case Codec::Hevc:
        if (record && extradata.size() >= kHevcRecord) {
            m_lengthSize = (extradata[21] & 3) + 1;
            m_config.emplace(extradata.begin(), extradata.end());
            (*m_config)[21] |= 3;
        } else {
            learn(splitAnnexB(extradata));
            renew(hevcConfig(m_sets));
        }
        break;
    case Codec::Opus:
        if (extradata.empty())
            m_config = opusHead(channels);
        else
            m_config.emplace(extradata.begin(), extradata.end());
        break;
    case Codec::Mp3:
        m_config.emplace();
        break;
    default:
        if (!extradata.empty())
            m_config.emplace(extradata.begin(), extradata.end());
    }
}

bool Elementary::renew(std::optional<media::Bytes> config)
{
    if (!config || config == m_config)
        return false;
    m_config = std::move(config);
    return true;
}

/// An access unit with an SPS begins anew; a PPS by itself takes the place of the one with its id.
void Elementary::learn(const std::vector<Nal> &nals)
{
    const bool hevc = m_codec == Codec::Hevc;
    ParameterSets found;
    for (const auto &nal : nals) {
        const auto use = hevc ? hevcUse(nal) : h264Use(nal);
        auto *const list = use == NalUse::Vps ? &found.vps : use == NalUse::Sps ? &found.sps : use == NalUse::Pps ? &found.pps : nullptr;
        media::Bytes set(nal.begin(), nal.end());
        if (list && list->size() < kMaxParameterSets && std::find(list->begin(), list->end(), set) == list->end())
            list->push_back(std::move(set));
    }
    if (!found.vps.empty())
        m_sets.vps = std::move(found.vps);
    if (!found.sps.empty()) {
        m_sets.sps = std::move(found.sps);
        if (!found.pps.empty())
            m_sets.pps = std::move(found.pps);
        return;
    }
    const std::size_t header = hevc ? 2 : 1;
    for (auto &pps : found.pps) {
        const auto same = std::find_if(m_sets.pps.begin(), m_sets.pps.end(),
                                       [&](const auto &known) { return ppsId(known, header) == ppsId(pps, header); });
        if (same != m_sets.pps.end())
            *same = std::move(pps);
        else if (m_sets.pps.size() < kMaxParameterSets)
            m_sets.pps.push_back(std::move(pps));
    }
}

Result<Piece, ElementaryError> Elementary::take(std::span<const std::uint8_t> packet)
{
    if (video())
        return takeNals(packet);
    if (m_codec == Codec::Aac)
        return takeAac(packet);
    if (!m_config)
        return ElementaryError::NoConfig;
    if (m_codec == Codec::Av1) {
        auto payload = media::av1::withoutTemporalDelimiters(packet);
        if (!payload)
            return ElementaryError::Damaged;
        return Piece{{}, std::move(*payload)};
    }
    return Piece{{}, {packet.begin(), packet.end()}};
}

Result<Piece, ElementaryError> Elementary::takeNals(std::span<const std::uint8_t> packet)
{
    Piece piece;
    if (m_lengthSize != 0) {
        const auto units = media::nal::split(packet, m_lengthSize);
        if (!units)
            return ElementaryError::Damaged;
        piece.payload = media::nal::join(*units);
        return piece;
    }
    const auto nals = splitAnnexB(packet);
    const bool hevc = m_codec == Codec::Hevc;
    const auto before = m_sets;
    learn(nals);
    if (m_sets != before && renew(hevc ? hevcConfig(m_sets) : avcConfig(m_sets)))
        piece.config = m_config;
    if (!m_config)
        return ElementaryError::NoConfig;
    for (const auto &nal : nals) {
        if ((hevc ? hevcUse(nal) : h264Use(nal)) != NalUse::Picture)
            continue;
        appendNumber(piece.payload, nal.size(), 4);
        appendBytes(piece.payload, nal);
    }
    return piece;
}

Result<Piece, ElementaryError> Elementary::takeAac(std::span<const std::uint8_t> packet)
{
    Piece piece;
    // Raw AAC cannot begin with the 12 bits of an ADTS header: that would be a fill element of impossible length.
    const auto adts = parseAdts(packet);
    if (!adts && !m_config)
        return ElementaryError::NoConfig;
    if (!adts) {
        piece.payload.assign(packet.begin(), packet.end());
        return piece;
    }
    if (renew(adts->config))
        piece.config = m_config;
    piece.payload.assign(packet.begin() + static_cast<std::ptrdiff_t>(adts->headerBytes),
                         packet.begin() + static_cast<std::ptrdiff_t>(adts->frameBytes));
    return piece;
}

} // namespace matinee::relay::wire
