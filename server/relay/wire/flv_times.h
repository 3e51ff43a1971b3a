// Times in an FLV byte stream, changed in place: a target's stream begins at zero, whatever ours has run to. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace matinee::relay::wire {

/// Whole tags with their back pointers, as one Media message has them.
class FlvTimes
{
public:
    /// Subtracts the time of the first tag ever given; a tag from before that time gets zero. False where these are no whole tags: nothing
    /// of them must be sent.
    [[nodiscard]] bool rebase(std::span<std::uint8_t> tags);

private:
    std::optional<std::uint32_t> m_first;
};

} // namespace matinee::relay::wire
