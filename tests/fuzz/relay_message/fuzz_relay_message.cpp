// Messages of a relay process: what is read is written and read again as the same; pieces of any size give the same.
#include "relay/wire/message.h"

#include <cstdlib>

using namespace matinee::relay::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::span bytes(data, size);
    const auto whole = Reader().feed(bytes);
    Reader pieces;
    std::vector<Message> collected;
    std::optional<ReadError> error;
    for (std::size_t at = 0; at < size && !error; at += 7) {
        auto part = pieces.feed(bytes.subspan(at, std::min<std::size_t>(7, size - at)));
        if (part)
            collected.insert(collected.end(), part->begin(), part->end());
        else
            error = part.error();
    }
    if (whole.has_value() == error.has_value() || (whole && *whole != collected))
        std::abort();
    if (!whole)
        return 0;
    matinee::media::Bytes written;
    for (const auto &message : *whole)
        write(written, message);
    const auto again = Reader().feed(written);
    if (!again || *again != *whole)
        std::abort();
    return 0;
}
