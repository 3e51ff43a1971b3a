#include "live/admission.h"

#include "live/fan_out.h"

#include <utility>

namespace matinee::live {

Admission::Admission(Gate &gate, Admitted viewer)
{
    auto state = std::make_shared<State>();
    m_watch = gate.watch(std::move(viewer), [weak = std::weak_ptr<State>(state)] {
        const auto known = weak.lock();
        if (!known || known->isOver)
            return;
        known->isOver = true;
        if (known->fanOut)
            known->fanOut->stop(FanOutEnd::Revoked);
    });
    if (m_watch)
        m_state = std::move(state);
}

void Admission::bind(FanOut &fanOut)
{
    if (m_state)
        m_state->fanOut = &fanOut;
}

} // namespace matinee::live
