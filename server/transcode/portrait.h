// The picture of a person: an image file that somebody uploaded made a small square JPEG in which nothing of that file is left. Stateless;
// any thread.
#pragma once

#include "transcode/still.h"

namespace matinee::transcode {

inline constexpr std::int64_t kMaxPortraitPixels = 40'000'000; ///< Of the file.

/// A JPEG, PNG, WebP or GIF, of which the first picture is taken: turned as its EXIF orientation says, laid on white, the square in its
/// middle brought to `side` by `side`. InvalidArgument, with a sentence for who uploaded it, where it is none of these, damaged or too
/// large; Unavailable where this system has no decoder for its kind: the sentence names the kinds that work.
[[nodiscard]] Result<Still> makePortrait(const Libraries &av, std::span<const std::uint8_t> file, int side, int quality);

} // namespace matinee::transcode
