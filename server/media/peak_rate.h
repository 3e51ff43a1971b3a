// The most that a track has sent in any few seconds, so that what is made from it does not take more. A value; fed frame by frame.
#pragma once

#include "media/frame.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace matinee::media {

class PeakRate
{
public:
    /// Long enough that a key frame alone does not count for much.
    static constexpr MediaTime kWindow = std::chrono::seconds(4);

    void add(MediaTime dts, std::size_t bytes)
    {
        const auto passed = dts - m_begins;
        if (!m_begun || passed < MediaTime(0) || passed > 2 * kWindow) { // a break is no measure
            m_begun = true;
            m_begins = dts;
            m_bytes = 0;
        } else if (passed >= kWindow) {
            // Bits in a microsecond are kilobits in a millisecond.
            const auto kbps = m_bytes * 8 * 1000 / static_cast<std::uint64_t>(passed.count());
            m_kbps = std::max(m_kbps, static_cast<std::uint32_t>(std::min<std::uint64_t>(kbps, UINT32_MAX)));
            m_begins = dts;
            m_bytes = 0;
        }
        m_bytes += bytes;
    }
    /// Kilobits a second; 0 before the first window is full.
    [[nodiscard]] std::uint32_t kbps() const { return m_kbps; }

private:
    bool m_begun = false;
    MediaTime m_begins{};
    std::uint64_t m_bytes = 0;
    std::uint32_t m_kbps = 0;
};

} // namespace matinee::media
