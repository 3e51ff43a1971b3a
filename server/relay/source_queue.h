// The source of a ladder's process: what the server has sent and was not yet looked at. Bounded: full, the process stops reading, and the
// server's own queue of this viewer fills. A value; pure.
#pragma once

#include "relay/wire/message.h"

#include <deque>
#include <optional>
#include <utility>

namespace matinee::relay {

class SourceQueue
{
public:
    static constexpr std::size_t kMostBytes = std::size_t{64} << 20;
    static constexpr std::size_t kMost = 20'000;

    /// Takes tracks and frames; what else there may be is not for a ladder.
    void push(wire::Message message)
    {
        if (const auto *const track = std::get_if<wire::Track>(&message)) {
            if (!m_video && track->codec < media::Codec::Aac)
                m_video = track->id;
        } else if (const auto *const frame = std::get_if<wire::Frame>(&message)) {
            m_bytes += frame->payload.size();
            m_keys += isKey(*frame) ? 1 : 0;
            if (isVideo(*frame))
                m_newest = frame->dts;
        } else {
            return;
        }
        m_waiting.push_back(std::move(message));
    }

    [[nodiscard]] std::optional<wire::Message> pop()
    {
        if (m_waiting.empty())
            return std::nullopt;
        auto message = std::move(m_waiting.front());
        m_waiting.pop_front();
        if (const auto *const frame = std::get_if<wire::Frame>(&message)) {
            m_bytes -= frame->payload.size();
            m_keys -= isKey(*frame) ? 1 : 0;
        }
        return message;
    }

    [[nodiscard]] bool empty() const { return m_waiting.empty(); }
    [[nodiscard]] bool full() const { return m_bytes >= kMostBytes || m_waiting.size() >= kMost; }
    /// The first track of pictures is the one; others are left alone.
    [[nodiscard]] std::optional<std::uint8_t> video() const { return m_video; }
    [[nodiscard]] bool isVideo(const wire::Frame &frame) const { return m_video && frame.track == *m_video; }
    /// How much later the newest picture is than this one.
    [[nodiscard]] media::MediaTime behind(const wire::Frame &frame) const { return m_newest - frame.dts; }
    [[nodiscard]] bool holdsKey() const { return m_keys > 0; }

private:
    [[nodiscard]] bool isKey(const wire::Frame &frame) const { return frame.key && isVideo(frame); }

    std::deque<wire::Message> m_waiting;
    std::optional<std::uint8_t> m_video;
    media::MediaTime m_newest{};
    std::size_t m_bytes = 0;
    std::size_t m_keys = 0; // of the pictures that wait
};

} // namespace matinee::relay
