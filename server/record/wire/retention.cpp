#include "record/wire/retention.h"

#include <algorithm>

namespace matinee::record {

std::vector<Expired> expired(const std::vector<Kept> &oldestFirst, std::uint64_t totalBytes, const Keep &keep,
                             std::chrono::system_clock::time_point now)
{
    std::vector<Expired> gone;
    for (const auto &one : oldestFirst) {
        const bool old = keep.age.count() > 0 && now - one.ended > keep.age;
        const bool tooMuch = keep.bytes > 0 && totalBytes > keep.bytes;
        if (!old && !tooMuch)
            continue; // a younger one may have ended earlier
        gone.push_back({one.id, old ? Expiry::Age : Expiry::Size});
        totalBytes -= std::min(totalBytes, one.bytes);
    }
    return gone;
}

} // namespace matinee::record
