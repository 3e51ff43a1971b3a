#include "flv/wire/tag.h"

#include <cassert>

namespace matinee::flv {

namespace {

void appendBigEndian(media::Bytes &out, std::uint32_t value, int bytes)
{
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>(value >> shift));
}

} // namespace

media::Bytes fileHeader(Header header)
{
    media::Bytes out{'F', 'L', 'V', 1};
    out.push_back(static_cast<std::uint8_t>((header.hasAudio ? 4 : 0) | (header.hasVideo ? 1 : 0)));
    appendBigEndian(out, kHeaderBytes, 4);
    appendBigEndian(out, 0, kBackPointerBytes);
    return out;
}

media::Bytes tag(TagType type, Timestamp timestamp, std::initializer_list<std::span<const std::uint8_t>> body)
{
    std::size_t size = 0;
    for (const auto &part : body)
        size += part.size();
    assert(size <= kMaxBodyBytes);
    media::Bytes out;
    out.reserve(kTagHeaderBytes + size + kBackPointerBytes);
    out.push_back(static_cast<std::uint8_t>(type));
    appendBigEndian(out, static_cast<std::uint32_t>(size), 3);
    appendBigEndian(out, timestamp & 0xffffff, 3);
    appendBigEndian(out, timestamp >> 24, 1); // the upper byte comes last
    appendBigEndian(out, 0, 3);               // StreamID
    for (const auto &part : body)
        out.insert(out.end(), part.begin(), part.end());
    appendBigEndian(out, static_cast<std::uint32_t>(kTagHeaderBytes + size), kBackPointerBytes);
    return out;
}

} // namespace matinee::flv
