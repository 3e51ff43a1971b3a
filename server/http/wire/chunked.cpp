#include "http/wire/chunked.h"

#include <algorithm>

namespace matinee::http::wire {

namespace {

constexpr unsigned kMaxDigits = 15; ///< No overflow of 64 bits, and no body is that large.

int hexValue(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool isFieldByte(char c)
{
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
}

} // namespace

bool ChunkedDecoder::step(char c)
{
    switch (m_state) {
    case State::Size:
        if (const int digit = hexValue(c); digit >= 0) {
            m_size = m_size << 4 | static_cast<unsigned>(digit);
            return ++m_digits <= kMaxDigits;
        }
        if (m_digits == 0)
            return false;
        m_state = c == '\r' ? State::SizeLf : State::Extension;
        return c == '\r' || c == ';';
    case State::Extension:
        if (c == '\r')
            m_state = State::SizeLf;
        else if (!isFieldByte(c))
            return false;
        return ++m_overhead <= kMaxOverhead;
    case State::SizeLf:
        m_state = m_size == 0 ? State::TrailerStart : State::Data;
        m_digits = 0;
        return c == '\n';
    case State::DataCr:
        m_state = State::DataLf;
        return c == '\r';
    case State::DataLf:
        m_state = State::Size;
        return c == '\n';
    case State::TrailerStart:
        m_state = c == '\r' ? State::EndLf : State::Trailer;
        return c == '\r' || (isFieldByte(c) && c != ' ' && c != '\t' && ++m_overhead <= kMaxOverhead);
    case State::Trailer:
        if (c == '\r')
            m_state = State::TrailerLf;
        else if (!isFieldByte(c))
            return false;
        return ++m_overhead <= kMaxOverhead;
    case State::TrailerLf:
        m_state = State::TrailerStart;
        return c == '\n';
    case State::EndLf:
        m_state = State::Done;
        return c == '\n';
    case State::Data:
    case State::Done:
        break;
    }
    return false;
}

Result<std::size_t, ParseError> ChunkedDecoder::feed(std::span<const std::uint8_t> bytes, std::string &body, std::size_t maxBodyBytes)
{
    std::size_t used = 0;
    while (used < bytes.size() && m_state != State::Done) {
        if (m_state == State::Data) {
            if (m_size > maxBodyBytes - std::min(body.size(), maxBodyBytes))
                return ParseError::BodyTooLarge; // As soon as it is announced, not when it has come.
            const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(m_size, bytes.size() - used));
            body.append(reinterpret_cast<const char *>(bytes.data()) + used, count);
            used += count;
            m_size -= count;
            if (m_size == 0)
                m_state = State::DataCr;
        } else if (!step(static_cast<char>(bytes[used++]))) {
            return ParseError::BadChunk;
        }
    }
    return used;
}

} // namespace matinee::http::wire
