// Pictures of one video track, or of a JPEG: a decoder of libavcodec that has been told how much it may be made to do. What goes in came
// from a stranger. One thread; the frames that it gives are its own until the next call.
#pragma once

#include "media/frame.h"
#include "transcode/handles.h"

#include <cstdint>
#include <span>

namespace matinee::transcode {

struct DecoderOptions
{
    AVCodecID codec = AV_CODEC_ID_H264;
    std::span<const std::uint8_t> config; ///< As media::Track has it.
    std::int64_t maxPixels = 0;           ///< Of one picture; the memory for a larger one is never asked for.
    int threads = 1;
    bool wholePictures = false; ///< A damaged picture is an error; otherwise it is shown as well as can be.
};

class Decoder
{
public:
    /// Unavailable where this system has no decoder for it, InvalidArgument where the configuration is none.
    [[nodiscard]] static Result<Decoder> open(const Libraries &av, const DecoderOptions &options);

    /// One access unit. InvalidArgument where it cannot be decoded; the next one may be better.
    [[nodiscard]] Result<void> send(std::span<const std::uint8_t> bytes, std::int64_t pts);
    /// Nothing will follow: receive() gives what is left.
    void finish();
    /// The next picture in the order of showing; null where more has to be sent first. InvalidArgument where it is damaged.
    [[nodiscard]] Result<AVFrame *> receive();
    /// The picture that receive() gave last, for the caller to keep.
    [[nodiscard]] FrameHandle release();
    /// Forgets what was sent, for a jump.
    void flush();

private:
    Decoder(const Libraries &av, ContextHandle context, bool wholePictures);

    const Libraries *m_av;
    ContextHandle m_context;
    PacketHandle m_packet;
    FrameHandle m_frame;
    bool m_wholePictures;
};

/// The one picture of a decoder that is given one access unit only. InvalidArgument where there is none.
[[nodiscard]] Result<FrameHandle> onlyPicture(const Libraries &av, Decoder &decoder, std::span<const std::uint8_t> bytes);

/// AV_CODEC_ID_NONE for sound.
[[nodiscard]] AVCodecID videoCodec(media::Codec codec);

} // namespace matinee::transcode
