// gzip for text answers. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace matinee::http {

/// Types that shrink; pictures, video and archives do not.
[[nodiscard]] bool isCompressibleType(std::string_view contentType);
/// Level 1 to 9. Empty where zlib has no memory: send it plain then.
[[nodiscard]] std::string gzipped(std::string_view text, int level);

} // namespace matinee::http
