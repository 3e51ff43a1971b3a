#include "net/connection_limits.h"

namespace matinee::net {

namespace {

// A home or a rented machine has a /64 at least, so single IPv6 addresses say nothing about how many peers there are.
std::string keyOf(const std::string &address)
{
    const auto parsed = Address::parse(address);
    if (!parsed || parsed->isV4())
        return address;
    return parsed->truncated(64).toString();
}

} // namespace

ConnectionSlot::ConnectionSlot(std::shared_ptr<ConnectionLimits> limits, std::string listener, std::string key)
    : m_limits(std::move(limits)), m_listener(std::move(listener)), m_key(std::move(key))
{
}

ConnectionSlot::~ConnectionSlot()
{
    m_limits->release(m_listener, m_key, m_reason.empty() ? "done" : m_reason);
}

ConnectionLimits::ConnectionLimits(observe::Metrics *metrics, std::size_t perAddress, std::size_t total)
    : m_metrics(metrics), m_perAddress(perAddress), m_total(total), m_exempt(std::make_shared<const AddressList>())
{
}

void ConnectionLimits::set(std::size_t perAddress, std::size_t total)
{
    m_perAddress = perAddress;
    m_total = total;
}

void ConnectionLimits::setExempt(AddressList addresses)
{
    const std::lock_guard lock(m_mutex);
    m_exempt = std::make_shared<const AddressList>(std::move(addresses));
}

std::unique_ptr<ConnectionSlot> ConnectionLimits::admit(const std::string &listener, const std::string &address)
{
    const std::lock_guard lock(m_mutex);
    const std::size_t total = m_total;
    const std::size_t perAddress = m_perAddress;
    Counters &counters = countersOf(listener);
    counters.accepted.add();
    if (total > 0 && m_active >= total) {
        countClosed(listener, "too_many");
        return nullptr;
    }
    const auto parsed = Address::parse(address);
    const bool exempt = parsed && m_exempt->contains(*parsed);
    std::string key = exempt ? std::string() : keyOf(address);
    if (!key.empty()) {
        std::size_t &count = m_byAddress[key];
        if (perAddress > 0 && count >= perAddress) {
            countClosed(listener, "too_many_from_address");
            return nullptr;
        }
        ++count;
    }
    ++m_active;
    counters.active.add(1);
    return std::unique_ptr<ConnectionSlot>(new ConnectionSlot(shared_from_this(), listener, std::move(key)));
}

void ConnectionLimits::release(const std::string &listener, const std::string &key, std::string_view reason)
{
    const std::lock_guard lock(m_mutex);
    --m_active;
    if (const auto found = m_byAddress.find(key); found != m_byAddress.end() && --found->second == 0)
        m_byAddress.erase(found);
    countersOf(listener).active.add(-1);
    countClosed(listener, reason);
}

ConnectionLimits::Counters &ConnectionLimits::countersOf(const std::string &listener)
{
    const auto [found, made] = m_counters.try_emplace(listener);
    if (made && m_metrics) {
        found->second.accepted =
            m_metrics->counter("matinee_connections_accepted_total", "Connections accepted.", {{"listener", listener}});
        found->second.active = m_metrics->gauge("matinee_connections_active", "Connections that are open now.", {{"listener", listener}});
    }
    return found->second;
}

void ConnectionLimits::countClosed(const std::string &listener, std::string_view reason)
{
    auto &closed = countersOf(listener).closed;
    auto found = closed.find(reason);
    if (found == closed.end()) {
        observe::Counter counter;
        if (m_metrics)
            counter = m_metrics->counter("matinee_connections_closed_total", "Connections that ended, by what ended them.",
                                         {{"listener", listener}, {"reason", std::string(reason)}});
        found = closed.emplace(std::string(reason), counter).first;
    }
    found->second.add();
}

std::size_t ConnectionLimits::active() const
{
    const std::lock_guard lock(m_mutex);
    return m_active;
}

std::size_t ConnectionLimits::activeFrom(const std::string &address) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_byAddress.find(keyOf(address));
    return found == m_byAddress.end() ? 0 : found->second;
}

} // namespace matinee::net
