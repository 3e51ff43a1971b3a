#include "relay/wire/flv_times.h"

#include <cstddef>

namespace matinee::relay::wire {

namespace {

constexpr std::size_t kTagHeader = 11;
constexpr std::size_t kBackPointer = 4;
constexpr std::uint8_t kScript = 18;

} // namespace

bool FlvTimes::rebase(std::span<std::uint8_t> tags)
{
    while (!tags.empty()) {
        if (tags.size() < kTagHeader + kBackPointer)
            return false;
        const std::size_t size = std::size_t{tags[1]} << 16 | std::size_t{tags[2]} << 8 | tags[3];
        if (tags.size() - kTagHeader - kBackPointer < size)
            return false;
        // The upper byte comes last (Adobe FLV 10.1, E.4.1).
        const std::uint32_t time = std::uint32_t{tags[7]} << 24 | std::uint32_t{tags[4]} << 16 | std::uint32_t{tags[5]} << 8 | tags[6];
        if (tags[0] != kScript) {
            if (!m_first)
                m_first = time;
            // Modulo 2^32, and what is then in the upper half came before the first.
            const std::uint32_t distance = time - *m_first;
            const std::uint32_t rebased = distance < 0x80000000U ? distance : 0;
            tags[4] = static_cast<std::uint8_t>(rebased >> 16);
            tags[5] = static_cast<std::uint8_t>(rebased >> 8);
            tags[6] = static_cast<std::uint8_t>(rebased);
            tags[7] = static_cast<std::uint8_t>(rebased >> 24);
        }
        tags = tags.subspan(kTagHeader + size + kBackPointer);
    }
    return true;
}

} // namespace matinee::relay::wire
