// The truth that holds now and those scheduled to follow it within the next moments. The server and each member have one; given the same
// truths in the same order they are equal.
// A value of its owner's thread.
#pragma once

#include "rooms/sync/truth.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace matinee::rooms {

class Timeline
{
public:
    /// A ninth scheduled truth takes the place of the eighth: what is between was never seen by anybody.
    static constexpr std::size_t kMost = 8;

    /// Truths that were scheduled for later than this one begins are void. False: one as new is known already.
    bool add(const Truth &truth);
    /// Forgets what is over.
    void prune(ServerTime now);
    void clear() { m_truths.clear(); }

    [[nodiscard]] bool empty() const { return m_truths.empty(); }
    /// What holds at `now`, or the first of all where that is still to come. Not empty.
    [[nodiscard]] const Truth &at(ServerTime now) const;
    /// The last word. Not empty.
    [[nodiscard]] const Truth &newest() const { return m_truths.back(); }
    /// When the next truth begins.
    [[nodiscard]] std::optional<ServerTime> nextChange(ServerTime now) const;
    [[nodiscard]] const std::vector<Truth> &truths() const { return m_truths; } ///< For a snapshot.

private:
    std::vector<Truth> m_truths; // by version and by `since`, at most kMost
};

} // namespace matinee::rooms
