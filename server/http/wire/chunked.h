// The chunked transfer coding (RFC 9112 7.1), decoded as the bytes come. Pure. Strict: a bare LF is an error, since a proxy in
// front may see the chunk end elsewhere. Trailers are read and dropped.
#pragma once

#include "common/protocol/result.h"
#include "http/wire/parse_error.h"

#include <cstdint>
#include <span>
#include <string>

namespace matinee::http::wire {

class ChunkedDecoder
{
public:
    /// Appends data to `body`, at most up to `maxBodyBytes` in all. Returns how many bytes it used; fewer than given only when done.
    Result<std::size_t, ParseError> feed(std::span<const std::uint8_t> bytes, std::string &body, std::size_t maxBodyBytes);
    [[nodiscard]] bool done() const { return m_state == State::Done; }

private:
    enum class State
    {
        Size,
        Extension,
        SizeLf,
        Data,
        DataCr,
        DataLf,
        TrailerStart,
        Trailer,
        TrailerLf,
        EndLf,
        Done
    };
    bool step(char c); ///< One byte of the framing; false where it may not stand.

    static constexpr std::size_t kMaxOverhead = 8 * 1024; ///< Extensions and trailers of one body together.

    State m_state = State::Size;
    std::uint64_t m_size = 0;
    unsigned m_digits = 0;
    std::size_t m_overhead = 0;
};

} // namespace matinee::http::wire
