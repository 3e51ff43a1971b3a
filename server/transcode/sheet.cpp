#include "transcode/sheet.h"

#include "transcode/jpeg.h"
#include "transcode/scaler.h"

#include <algorithm>
#include <cstring>

namespace matinee::transcode {

namespace {

constexpr int kQuality = 70;
constexpr std::int64_t kMaxTilePixels = 2048 * 2048;
constexpr int kPlanes = 3;

/// 4:4:4 while it is put together, so that a tile may begin at any sample.
void blacken(AVFrame &canvas)
{
    for (int plane = 0; plane < kPlanes; ++plane)
        std::memset(canvas.data[plane], plane == 0 ? 0 : 128,
                    static_cast<std::size_t>(canvas.linesize[plane]) * static_cast<std::size_t>(canvas.height));
}

void place(const AVFrame &tile, AVFrame &canvas, int left, int top)
{
    for (int plane = 0; plane < kPlanes; ++plane) {
        for (int line = 0; line < tile.height; ++line)
            std::memcpy(canvas.data[plane] + static_cast<std::ptrdiff_t>(canvas.linesize[plane]) * (top + line) + left,
                        tile.data[plane] + static_cast<std::ptrdiff_t>(tile.linesize[plane]) * line, static_cast<std::size_t>(tile.width));
    }
}

} // namespace

Result<Still> makeSheet(const Libraries &av, const SheetPlan &plan, const std::vector<media::Bytes> &jpegs)
{
    const auto count = static_cast<int>(jpegs.size());
    if (count < 1 || plan.columns < 1 || plan.tile.width < 1 || plan.tile.height < 1)
        return fail(ErrorCode::InvalidArgument, "A sheet needs a tile at least.");
    const int rows = (count + plan.columns - 1) / plan.columns;
    if (plan.columns > kMaxSide / plan.tile.width || rows > kMaxSide / plan.tile.height)
        return fail(ErrorCode::InvalidArgument, "The sheet would be larger than 8192x8192.");
    const Size size{plan.columns * plan.tile.width, rows * plan.tile.height};
    const auto canvas = newPicture(av, size.width, size.height, AV_PIX_FMT_YUV444P);
    if (!canvas)
        return noMemory();
    blacken(*canvas);
    canvas->color_range = AVCOL_RANGE_JPEG;
    canvas->colorspace = kJfif.matrix;
    Scaler toTile(av); // tiles are alike, so it is set up once
    for (int i = 0; i < count; ++i) {
        const auto &jpeg = jpegs[static_cast<std::size_t>(i)];
        if (jpeg.empty())
            continue;
        const auto decoded = decodeJpeg(av, jpeg, kMaxTilePixels);
        if (!decoded)
            return fail(decoded.error().code, "Tile " + std::to_string(i + 1) + " of the sheet: " + decoded.error().message);
        const auto fitted = fitInto({(*decoded)->width, (*decoded)->height}, 1, 1, plan.tile);
        const auto tile = toTile.scale(**decoded, fitted, AV_PIX_FMT_YUV444P, kJfif);
        if (!tile)
            return tile.error();
        place(**tile, *canvas, i % plan.columns * plan.tile.width + (plan.tile.width - fitted.width) / 2,
              i / plan.columns * plan.tile.height + (plan.tile.height - fitted.height) / 2);
    }
    const auto sheet = Scaler(av).scale(*canvas, size, AV_PIX_FMT_YUV420P, kJfif);
    if (!sheet)
        return sheet.error();
    auto made = encodeJpeg(av, **sheet, kQuality);
    if (!made)
        return made.error();
    return Still{size, std::move(*made)};
}

} // namespace matinee::transcode
