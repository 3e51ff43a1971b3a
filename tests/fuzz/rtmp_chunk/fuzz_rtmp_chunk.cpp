// The chunk reader, fed whole and in pieces: both must find the same messages, within the limits.
// The first byte of the input is the size of a piece.
#include "rtmp/wire/chunk_reader.h"

#include <algorithm>
#include <cstdlib>

using namespace matinee::rtmp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size < 1)
        return 0;
    const std::size_t piece = 1 + data[0];
    const std::span bytes(data + 1, size - 1);
    ChunkReader whole;
    std::vector<Message> expected;
    const bool good = static_cast<bool>(whole.feed(bytes, expected));
    ChunkReader split;
    std::vector<Message> messages;
    bool stillGood = true;
    for (std::size_t from = 0; from < bytes.size() && stillGood; from += piece)
        stillGood = static_cast<bool>(split.feed(bytes.subspan(from, std::min(piece, bytes.size() - from)), messages));
    if (good != stillGood || expected.size() != messages.size() || whole.bufferedBytes() > ChunkLimits{}.bufferedBytes)
        std::abort();
    for (std::size_t i = 0; i < messages.size(); ++i) {
        if (messages[i].payload != expected[i].payload || messages[i].timestamp != expected[i].timestamp ||
            messages[i].type != expected[i].type)
            std::abort();
    }
    return 0;
}
