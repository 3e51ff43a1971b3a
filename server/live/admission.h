// By what somebody was let in to a private stream, for as long as they play: who came by a session or an API key is stopped when that ends.
// Owned by the protocol's session beside its FanOut; worker of the connection. Asked once at the beginning: nothing of it is on the way of
// a frame, and who needs no watch (public streams, playback tokens) costs two empty pointers.
#pragma once

#include "live/gate.h"

#include <memory>

namespace matinee::live {

class FanOut;

class Admission
{
public:
    Admission() = default; ///< Nothing that could end.
    /// Right after Gate::mayPlay() has said yes.
    Admission(Gate &gate, Admitted viewer);
    Admission(Admission &&) noexcept = default;
    Admission &operator=(Admission &&) noexcept = default;

    [[nodiscard]] bool isOver() const { return m_state && m_state->isOver; }
    /// From now on it stops `fanOut`, which must outlive this. One that has not begun yet is not run where isOver().
    void bind(FanOut &fanOut);

private:
    struct State
    {
        bool isOver = false;
        FanOut *fanOut = nullptr;
    };
    std::shared_ptr<State> m_state; // the watch refers to it weakly
    std::unique_ptr<ViewerWatch> m_watch;
};

} // namespace matinee::live
