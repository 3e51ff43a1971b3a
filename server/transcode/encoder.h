// H.264 for a rendition: as soon as a picture goes in it comes out, key pictures exactly where they are asked for, and never more than so
// many kbit/s. One thread.
#pragma once

#include "media/frame.h"
#include "transcode/handles.h"
#include "transcode/size.h"

#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace matinee::transcode {

struct EncoderOptions
{
    Size size;
    std::uint32_t videoKbps = 600; ///< At most, over any second.
    std::uint8_t level = 30;       ///< level_idc; 0 leaves it to the encoder.
    double maxFps = 30;            ///< More pictures than that must not be given.
    int threads = 1;
};

/// libx264, else libopenh264, else whatever else there is, hardware last. Empty: this system cannot encode H.264.
[[nodiscard]] std::vector<const AVCodec *> h264Encoders(const Libraries &av);
/// For who stands without one.
inline constexpr const char *kNoEncoder = "This system's libavcodec has no H.264 encoder. Debian's has libx264; elsewhere a package of "
                                          "FFmpeg with libx264 or libopenh264 has to be installed.";

class Encoder
{
public:
    /// `like`: its colours and the shape of its samples are told to players. Unavailable where the encoder does not work here.
    [[nodiscard]] static Result<Encoder> open(const Libraries &av, const AVCodec &codec, const EncoderOptions &options,
                                              const AVFrame &like);

    /// YUV 4:2:0 of the size given. `pts` rises.
    [[nodiscard]] Result<void> send(AVFrame &picture, media::MediaTime pts, bool key);
    /// Another cap from the next picture on. Only libx264 can: with another encoder it stays as it was.
    void setRate(std::uint32_t kbps);
    void finish(); ///< Nothing will follow: receive() gives what is left.

    struct Coded
    {
        media::Bytes annexB; ///< With its parameter sets before a key picture.
        media::MediaTime pts{};
        bool key = false;
    };
    [[nodiscard]] std::optional<Coded> receive();

    [[nodiscard]] const EncoderOptions &options() const { return m_options; }

private:
    Encoder(const Libraries &av, ContextHandle context, const EncoderOptions &options);
    void followDistance();
    void limit();

    const Libraries *m_av;
    ContextHandle m_context;
    PacketHandle m_packet;
    EncoderOptions m_options;
    std::int64_t m_ticks = -1;                                      // of the newest picture
    std::optional<media::MediaTime> m_begin;                        // tick 0
    std::deque<std::pair<std::int64_t, media::MediaTime>> m_inside; // ticks and times of what the encoder holds
    std::deque<std::int64_t> m_recent;                              // ticks of the last pictures
    double m_distance = 1;                                          // of pictures, in ticks
};

} // namespace matinee::transcode
