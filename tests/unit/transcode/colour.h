// What a picture looks like at a place, as red, green and blue: how tests see. Owned by tests; one thread.
#pragma once

#include "transcode/jpeg.h"
#include "transcode/scaler.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <ostream>

namespace matinee::transcode {

struct Rgb
{
    int red = 0, green = 0, blue = 0;
    /// Encoders and matrices round; other colours are further away than that.
    friend bool operator==(const Rgb &a, const Rgb &b)
    {
        constexpr int kClose = 12;
        return std::abs(a.red - b.red) <= kClose && std::abs(a.green - b.green) <= kClose && std::abs(a.blue - b.blue) <= kClose;
    }
    friend std::ostream &operator<<(std::ostream &out, const Rgb &colour)
    {
        return out << colour.red << "," << colour.green << "," << colour.blue;
    }
};

/// By the textbook's formula, not by the library that is under test.
inline Rgb at(const AVFrame &picture, int x, int y)
{
    const bool halved = picture.format == AV_PIX_FMT_YUV420P || picture.format == AV_PIX_FMT_YUVJ420P;
    const auto sample = [&](int plane, int column, int row) {
        return static_cast<double>(picture.data[plane][static_cast<std::ptrdiff_t>(picture.linesize[plane]) * row + column]);
    };
    const int shift = halved ? 1 : 0;
    const bool full = picture.format == AV_PIX_FMT_YUVJ420P || picture.color_range == AVCOL_RANGE_JPEG;
    const bool wide = picture.colorspace == AVCOL_SPC_BT709;
    const double y1 = full ? sample(0, x, y) : (sample(0, x, y) - 16) * 255 / 219;
    const double scale = full ? 1 : 255.0 / 224;
    const double u = (sample(1, x >> shift, y >> shift) - 128) * scale;
    const double v = (sample(2, x >> shift, y >> shift) - 128) * scale;
    const auto byte = [](double value) { return static_cast<int>(std::lround(std::min(255.0, std::max(0.0, value)))); };
    if (wide)
        return {byte(y1 + 1.5748 * v), byte(y1 - 0.1873 * u - 0.4681 * v), byte(y1 + 1.8556 * u)};
    return {byte(y1 + 1.402 * v), byte(y1 - 0.3441 * u - 0.7141 * v), byte(y1 + 1.772 * u)};
}

inline FrameHandle opened(const Libraries &av, const media::Bytes &jpeg)
{
    auto picture = decodeJpeg(av, jpeg, std::int64_t{kMaxSide} * kMaxSide);
    EXPECT_TRUE(picture) << picture.error().message;
    return picture ? std::move(*picture) : FrameHandle();
}

} // namespace matinee::transcode
