#include "rtmp/wire/chunk_writer.h"

#include "rtmp/wire/big_endian.h"

#include <algorithm>
#include <cassert>

namespace matinee::rtmp {

void appendMessage(media::Bytes &out, const ChunkHeader &header, std::span<const std::uint8_t> head, std::span<const std::uint8_t> rest,
                   std::uint32_t chunkSize)
{
    constexpr std::uint32_t extendedMark = 0xffffff;
    const std::size_t length = head.size() + rest.size();
    assert(length <= 0xffffff && chunkSize > 0);
    const bool extended = header.timestamp >= extendedMark;
    const std::size_t chunks = length / chunkSize + 1;
    out.reserve(out.size() + length + 16 + chunks * 5);

    out.push_back(header.chunkStream);
    appendNumber(out, extended ? extendedMark : header.timestamp, 3);
    appendNumber(out, length, 3);
    out.push_back(static_cast<std::uint8_t>(header.type));
    for (int shift = 0; shift < 32; shift += 8) // little-endian, alone of all numbers
        out.push_back(static_cast<std::uint8_t>(header.streamId >> shift));
    if (extended)
        appendNumber(out, header.timestamp, 4);

    std::size_t room = chunkSize;
    for (auto part : {head, rest}) {
        while (!part.empty()) {
            if (room == 0) {
                out.push_back(static_cast<std::uint8_t>(0xc0 | header.chunkStream));
                if (extended)
                    appendNumber(out, header.timestamp, 4);
                room = chunkSize;
            }
            const std::size_t count = std::min(room, part.size());
            appendBytes(out, part.first(count));
            part = part.subspan(count);
            room -= count;
        }
    }
}

} // namespace matinee::rtmp
