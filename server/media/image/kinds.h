// The four kinds of files behind readImageFile(). Only for the sources of this folder. Pure; any thread.
#pragma once

#include "media/image/image_file.h"

namespace matinee::media {

// Each fills in everything but the kind. False where the file ends early or contradicts itself. `file` begins as its kind does.
[[nodiscard]] bool readJpeg(std::span<const std::uint8_t> file, ImageFile &image);
[[nodiscard]] bool readPng(std::span<const std::uint8_t> file, ImageFile &image);
[[nodiscard]] bool readWebp(std::span<const std::uint8_t> file, ImageFile &image);
[[nodiscard]] bool readGif(std::span<const std::uint8_t> file, ImageFile &image);

inline void append(Bytes &out, std::span<const std::uint8_t> bytes)
{
    out.insert(out.end(), bytes.begin(), bytes.end());
}

} // namespace matinee::media
