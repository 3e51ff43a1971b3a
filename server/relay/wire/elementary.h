// One track of a foreign source, packet by packet, turned into what media::Frame and media::Track promise: NAL units with 4-byte
// lengths, raw AAC, the configuration as an MP4 has it. A value; used in the relay process, on bytes that came from strangers.
#pragma once

#include "relay/wire/annex_b.h"

#include "common/protocol/result.h"

#include <optional>
#include <string_view>

namespace matinee::relay::wire {

enum class ElementaryError
{
    Damaged,  ///< This packet only: lengths that lead outside of it, a broken ADTS header.
    NoConfig, ///< This packet came before anything that says how to decode it.
};
[[nodiscard]] std::string_view describe(ElementaryError error);

struct Piece
{
    std::optional<media::Bytes> config; ///< Where it is new: announce the track before the frame.
    media::Bytes payload;               ///< Empty: the packet held nothing to show.
};

class Elementary
{
public:
    /// `extradata` as libavformat has it: a record, parameter sets with start codes, or nothing. `channels`: of Opus without a header.
    Elementary(media::Codec codec, std::span<const std::uint8_t> extradata, std::uint32_t channels = 2);

    /// Known already, before the first packet.
    [[nodiscard]] const std::optional<media::Bytes> &config() const { return m_config; }
    [[nodiscard]] Result<Piece, ElementaryError> take(std::span<const std::uint8_t> packet);

private:
    [[nodiscard]] bool video() const { return m_codec == media::Codec::H264 || m_codec == media::Codec::Hevc; }
    [[nodiscard]] Result<Piece, ElementaryError> takeNals(std::span<const std::uint8_t> packet);
    [[nodiscard]] Result<Piece, ElementaryError> takeAac(std::span<const std::uint8_t> packet);
    void learn(const std::vector<Nal> &nals);
    bool renew(std::optional<media::Bytes> config);

    media::Codec m_codec;
    unsigned m_lengthSize = 0; // 0: Annex B
    ParameterSets m_sets;
    std::optional<media::Bytes> m_config;
};

} // namespace matinee::relay::wire
