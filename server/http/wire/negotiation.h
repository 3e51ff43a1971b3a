// What a client asks of a representation: its coding, its version, a part of it (RFC 9110 12.5.3, 13, 14). Pure; any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace matinee::http::wire {

[[nodiscard]] bool acceptsGzip(std::string_view acceptEncoding);

/// If-None-Match against our tag, by the weak comparison; "*" matches.
[[nodiscard]] bool etagListMatches(std::string_view ifNoneMatch, std::string_view etag);

struct ByteRange
{
    enum class Kind
    {
        Whole,         ///< No range, several, or one that is not understood: answer 200 with all of it.
        Part,          ///< 206: `first` to `last`, both included.
        Unsatisfiable, ///< 416
    };
    Kind kind = Kind::Whole;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};
[[nodiscard]] ByteRange parseRange(std::string_view range, std::uint64_t size);

} // namespace matinee::http::wire
