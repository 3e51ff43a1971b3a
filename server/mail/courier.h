// The one thread that carries mails from the outbox to the mail server, since that blocks. Owned by app; stop it before the store closes.
#pragma once

#include "mail/outbox.h"

#include <thread>

namespace matinee::mail {

class Courier
{
public:
    /// Starts at once, with what was left from before. `outbox` must outlive it.
    explicit Courier(Outbox &outbox);
    /// Breaks off a delivery that is going on; that mail is tried again after the next start.
    ~Courier();
    Courier(const Courier &) = delete;
    Courier &operator=(const Courier &) = delete;

private:
    void run(const std::stop_token &stop);

    Outbox &m_outbox;
    std::jthread m_thread;
};

} // namespace matinee::mail
