#include "mail/courier.h"

#include <algorithm>

namespace matinee::mail {

Courier::Courier(Outbox &outbox) : m_outbox(outbox), m_thread([this](const std::stop_token &stop) { run(stop); }) {}

Courier::~Courier() = default; // asks the thread to stop and joins it

void Courier::run(const std::stop_token &stop)
{
    using namespace std::chrono;
    while (!stop.stop_requested()) {
        const auto now = system_clock::now();
        const Outbox::Turn turn = m_outbox.deliverOne(now, stop);
        if (turn.worked)
            continue;
        // Never longer than half a minute, so that a clock that was set does not keep mails; never shorter than a blink, should the
        // database say that something is due and give nothing.
        m_outbox.rest(std::clamp(duration_cast<milliseconds>(turn.next - now), milliseconds(100), milliseconds(30'000)), stop);
    }
}

} // namespace matinee::mail
