#include "accounts/socket_tickets.h"

namespace matinee::accounts {

std::string SocketTickets::make(Holder holder, Time now)
{
    const std::lock_guard lock(m_mutex);
    return m_pending.add(std::move(holder), now);
}

std::optional<SocketTickets::Holder> SocketTickets::take(const std::string &ticket, Time now)
{
    const std::lock_guard lock(m_mutex);
    return m_pending.take(ticket, now);
}

} // namespace matinee::accounts
