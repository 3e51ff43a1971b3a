#include "transcode/size.h"

#include <algorithm>
#include <cmath>

namespace matinee::transcode {

namespace {

int even(double length)
{
    return std::clamp(static_cast<int>(std::lround(length / 2)) * 2, 2, kMaxSide);
}

} // namespace

Size renditionSize(Size source, int height)
{
    const int made = std::max(2, std::min(height, source.height) & ~1);
    return {std::min(even(static_cast<double>(source.width) * made / source.height), even(source.width)), made};
}

Size fitInto(Size source, int aspectWidth, int aspectHeight, Size most)
{
    const double aspect = aspectWidth > 0 && aspectHeight > 0 ? static_cast<double>(aspectWidth) / aspectHeight : 1;
    // Whichever side would have to be enlarged for square samples is kept, and the other one shortened.
    const double width = aspect < 1 ? source.width * aspect : source.width;
    const double height = aspect > 1 ? source.height / aspect : source.height;
    const double scale = std::min({1.0, most.width / width, most.height / height});
    const auto length = [&](double side, int limit) { return std::clamp(static_cast<int>(std::lround(side * scale)), 1, limit); };
    return {length(width, most.width), length(height, most.height)};
}

} // namespace matinee::transcode
