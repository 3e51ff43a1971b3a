// Brings pictures to another size, sample format and colour matrix by libswscale; what it needs for that is kept from picture to picture.
// One thread.
#pragma once

#include "transcode/handles.h"
#include "transcode/size.h"

namespace matinee::transcode {

/// How the samples of a picture are to be understood.
struct Colours
{
    AVColorSpace matrix = AVCOL_SPC_BT709; ///< Never unspecified.
    bool fullRange = false;
    friend bool operator==(const Colours &, const Colours &) = default;
};
/// What a JPEG is by JFIF.
inline constexpr Colours kJfif{AVCOL_SPC_SMPTE170M, true};

/// What the picture says of itself; where it says nothing, what players take for granted: BT.709 from 720 lines on, BT.601 below.
[[nodiscard]] Colours coloursOf(const AVFrame &picture);

class Scaler
{
public:
    explicit Scaler(const Libraries &av) : m_av(av) {}

    /// A new picture of that size and kind. InvalidArgument where libswscale does not take the source.
    [[nodiscard]] Result<FrameHandle> scale(const AVFrame &source, Size size, AVPixelFormat format, Colours colours);

private:
    struct Way
    {
        Size from, to;
        AVPixelFormat fromFormat = AV_PIX_FMT_NONE, toFormat = AV_PIX_FMT_NONE;
        Colours fromColours, toColours;
        friend bool operator==(const Way &, const Way &) = default;
    };
    [[nodiscard]] Result<void> prepare(const Way &way);

    const Libraries &m_av;
    ScalerHandle m_scaler;
    Way m_way;
};

} // namespace matinee::transcode
