// The fields of which messages are made, written and read. Only for the sources that write and read messages. Values; any thread.
#pragma once

#include "relay/wire/picture_order.h"
#include "rtmp/wire/big_endian.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace matinee::relay::wire {

inline void appendText(media::Bytes &out, std::string_view text, std::size_t limit)
{
    text = text.substr(0, limit);
    rtmp::appendNumber(out, text.size(), 2);
    rtmp::appendBytes(out, {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()});
}

inline void appendTime(media::Bytes &out, media::MediaTime time)
{
    rtmp::appendNumber(out, static_cast<std::uint64_t>(time.count()), 8);
}

/// A piece that others follow: its length goes before it.
inline void appendPiece(media::Bytes &out, std::span<const std::uint8_t> bytes)
{
    rtmp::appendNumber(out, bytes.size(), 4);
    rtmp::appendBytes(out, bytes);
}

/// The fields of one message. Anything out of range makes the whole message malformed.
class Fields
{
public:
    explicit Fields(std::span<const std::uint8_t> bytes) : m_reader(bytes) {}

    std::uint8_t u8() { return m_reader.u8(); }
    std::uint16_t u16() { return m_reader.u16(); }
    std::uint32_t u32() { return m_reader.u32(); }
    std::uint64_t u64() { return m_reader.number(8); }
    media::MediaTime time() { return media::MediaTime(static_cast<std::int64_t>(u64())); }
    std::uint8_t among(std::uint8_t first, std::uint8_t last)
    {
        const auto value = u8();
        m_inRange &= value >= first && value <= last;
        return value;
    }
    template <class Number> Number within(Number value, Number first, Number last)
    {
        m_inRange &= value >= first && value <= last;
        return value;
    }
    /// The width or height of a picture.
    std::uint16_t side() { return within<std::uint16_t>(u16(), 1, kMaxPictureSide); }
    std::string text(std::size_t limit)
    {
        const std::size_t size = m_reader.u16();
        m_inRange &= size <= limit;
        const auto bytes = m_reader.take(size);
        return {bytes.begin(), bytes.end()};
    }
    media::Bytes piece(std::size_t limit)
    {
        const std::size_t size = m_reader.u32();
        m_inRange &= size <= limit;
        const auto bytes = m_reader.take(size);
        return {bytes.begin(), bytes.end()};
    }
    media::Bytes rest(std::size_t limit)
    {
        m_inRange &= m_reader.left() <= limit;
        const auto bytes = m_reader.take(m_reader.left());
        return {bytes.begin(), bytes.end()};
    }
    void require(bool condition) { m_inRange &= condition; }
    [[nodiscard]] std::size_t left() const { return m_reader.left(); }
    [[nodiscard]] bool good() const { return m_inRange && m_reader.ok(); }
    [[nodiscard]] bool whole() const { return good() && m_reader.left() == 0; }

private:
    rtmp::ByteReader m_reader;
    bool m_inRange = true;
};

} // namespace matinee::relay::wire
