// Sound on its way through a ladder's process: held back until the picture of its time has come out, so that the rendition is as well
// interleaved as its source; for a second at most, then it goes ahead. A value; pure.
#pragma once

#include "relay/wire/message.h"

#include <deque>
#include <optional>
#include <utility>

namespace matinee::relay {

class AudioHold
{
public:
    static constexpr media::MediaTime kLongest = std::chrono::seconds(1);
    static constexpr std::size_t kMost = 2000; ///< Frames; the oldest goes ahead before there are more.

    void push(wire::Track track) { m_held.emplace_back(std::move(track)); }
    void push(wire::Frame frame)
    {
        m_newest = frame.dts;
        m_held.emplace_back(std::move(frame));
    }

    /// What may go now, one at a time. `shown`: the time of the newest picture that has come out.
    [[nodiscard]] std::optional<wire::Message> pop(std::optional<media::MediaTime> shown)
    {
        if (m_held.empty())
            return std::nullopt;
        const auto *const frame = std::get_if<wire::Frame>(&m_held.front());
        const bool due = !frame || (shown && frame->dts <= *shown) || m_newest - frame->dts > kLongest || m_held.size() > kMost;
        if (!due)
            return std::nullopt;
        auto message = std::move(m_held.front());
        m_held.pop_front();
        return message;
    }

private:
    std::deque<wire::Message> m_held; // tracks in their place among the frames
    media::MediaTime m_newest{};
};

} // namespace matinee::relay
