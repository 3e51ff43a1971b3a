// Widths and heights of what is made of a picture. Pure; any thread.
#pragma once

namespace matinee::transcode {

struct Size
{
    int width = 0;
    int height = 0;
    friend bool operator==(const Size &, const Size &) = default;
};

inline constexpr int kMaxSide = 8192; ///< Of every picture that is decoded or made here.

/// A rendition `height` high in the shape of the source: both even, never larger than the source.
[[nodiscard]] Size renditionSize(Size source, int height);

/// The largest picture of that shape which fits into `most` and is no larger than the source. `aspectWidth`:`aspectHeight` is the shape
/// of one sample; 0:x and 0:0 stand for unknown, and are taken for square.
[[nodiscard]] Size fitInto(Size source, int aspectWidth, int aspectHeight, Size most);

} // namespace matinee::transcode
