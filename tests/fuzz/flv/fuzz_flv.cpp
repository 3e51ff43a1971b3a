// The FLV reader, fed in two pieces cut where the first byte says: what it gives must not depend on the cut.
#include "flv/wire/reader.h"

#include <cstdlib>

using namespace matinee;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::span<const std::uint8_t> bytes(data + 1, size - 1);
    const auto cut = bytes.size() * data[0] / 255;
    flv::Reader whole(65536);
    const auto all = whole.feed(bytes);
    flv::Reader pieces(65536);
    auto first = pieces.feed(bytes.first(cut));
    const auto second = pieces.feed(bytes.subspan(cut));
    if (all.has_value() != second.has_value())
        std::abort();
    if (!all)
        return 0;
    if (!first || all->size() != first->size() + second->size() || whole.atBoundary() != pieces.atBoundary())
        std::abort();
    media::Bytes again = flv::fileHeader(whole.header().value_or(flv::Header{}));
    for (const auto &tag : *all) {
        const auto written = flv::tag(tag.type, tag.timestamp, {tag.body});
        again.insert(again.end(), written.begin(), written.end());
    }
    flv::Reader reader(65536);
    const auto read = reader.feed(again);
    if (!read || read->size() != all->size() || reader.wrongBackPointers() != 0)
        std::abort();
    return 0;
}
