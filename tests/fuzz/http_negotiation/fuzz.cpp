// Header values that are looked at after the head is accepted: coding, tags, ranges, targets, lists.
#include "http/wire/negotiation.h"
#include "http/wire/target.h"
#include "http/wire/text.h"

#include <cstdlib>

using namespace matinee::http::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view text(reinterpret_cast<const char *>(data) + 1, size - 1);
    (void)acceptsGzip(text);
    (void)etagListMatches(text, "\"tag\"");
    (void)listHas(text, "upgrade");
    (void)isAuthority(text);
    const std::uint64_t length = data[0] * data[0];
    const auto range = parseRange(text, length);
    if (range.kind == ByteRange::Kind::Part && (range.first > range.last || range.last >= length))
        std::abort();
    if (const auto decoded = percentDecoded(text, true); decoded && decoded->size() > text.size())
        std::abort();
    if (const auto target = parseTarget(text, data[0] % 2 ? "GET" : "OPTIONS"); target && !isUtf8(target->path))
        std::abort();
    return 0;
}
