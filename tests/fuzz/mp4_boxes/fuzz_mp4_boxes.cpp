// The walk over a recording's boxes, at once and in two goes as of a growing file: the index must not depend on the cut, must stay within
// the file, and what is derived from it must hold.
#include "record/wire/fragment_index.h"
#include "record/wire/vod_playlist.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

using namespace matinee::record;
using matinee::Result;

namespace {

void check(bool good)
{
    if (!good)
        std::abort();
}

void checkIndex(const FragmentIndex &index, std::size_t size)
{
    check(index.end <= size && index.initBytes <= index.end);
    std::uint64_t at = index.initBytes;
    for (const auto &fragment : index.fragments) {
        check(fragment.offset >= at && fragment.size > 0 && fragment.size <= size - fragment.offset);
        check(fragment.duration.count() >= 0 && fragment.begins.count() >= 0);
        at = fragment.offset + fragment.size;
    }
    check(at <= index.end);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::span<const std::uint8_t> file(data + 1, size - 1);
    const ReadAt read = [file](std::uint64_t offset, std::span<std::uint8_t> into) -> Result<std::size_t, BoxError> {
        check(offset <= file.size());
        const auto count = std::min<std::size_t>(into.size(), file.size() - static_cast<std::size_t>(offset));
        if (count > 0)
            std::memcpy(into.data(), file.data() + offset, count);
        return count;
    };
    FragmentIndex whole;
    (void)extendIndex(whole, read, file.size());
    checkIndex(whole, file.size());

    FragmentIndex grown;
    (void)extendIndex(grown, read, file.size() * data[0] / 255);
    checkIndex(grown, file.size());
    (void)extendIndex(grown, read, file.size());
    check(grown.end == whole.end && grown.fragments.size() == whole.fragments.size() && grown.initBytes == whole.initBytes);

    check(vodPlaylist(whole, {.file = "x.mp4"}).empty() == whole.fragments.empty());
    const std::size_t room = 100 + data[0];
    check(segmentIndexBox(whole, room).size() == room);
    std::vector<std::uint8_t> moof(file.begin(), file.end());
    const TrackShift shifts[] = {{1, -static_cast<std::int64_t>(size)}, {2, 90'000}};
    (void)moveFragment(moof, data[0], shifts);
    return 0;
}
