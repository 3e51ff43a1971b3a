// How many connections there may be, from one address and in all, and the counters of every listener.
// One for the process, owned by app, shared by the listeners; any thread. An IPv6 peer is counted by its /64.
#pragma once

#include "net/addresses.h"
#include "observe/metrics.h"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace matinee::net {

class ConnectionLimits;

/// One connection's place in the limits; given back when destroyed, and the end is counted with its reason.
class ConnectionSlot
{
public:
    ~ConnectionSlot();
    ConnectionSlot(const ConnectionSlot &) = delete;
    ConnectionSlot &operator=(const ConnectionSlot &) = delete;

    /// A literal from a fixed set; the first one stays.
    void noteReason(std::string_view reason)
    {
        if (m_reason.empty())
            m_reason = reason;
    }

private:
    friend class ConnectionLimits;
    ConnectionSlot(std::shared_ptr<ConnectionLimits> limits, std::string listener, std::string key);

    const std::shared_ptr<ConnectionLimits> m_limits;
    const std::string m_listener;
    const std::string m_key; ///< Empty: not counted by address.
    std::string_view m_reason;
};

class ConnectionLimits : public std::enable_shared_from_this<ConnectionLimits>
{
public:
    /// 0 = no limit. `metrics` may be null.
    explicit ConnectionLimits(observe::Metrics *metrics = nullptr, std::size_t perAddress = 0, std::size_t total = 0);

    /// From now on; connections that live stay.
    void set(std::size_t perAddress, std::size_t total);
    /// Not limited by address: a reverse proxy carries everybody's connections. The total holds for them too.
    void setExempt(AddressList addresses);

    /// A place, or null: counted as closed with reason "too_many" or "too_many_from_address".
    [[nodiscard]] std::unique_ptr<ConnectionSlot> admit(const std::string &listener, const std::string &address);

    [[nodiscard]] std::size_t active() const;
    [[nodiscard]] std::size_t activeFrom(const std::string &address) const;

private:
    friend class ConnectionSlot;
    struct Counters
    {
        observe::Counter accepted;
        observe::Gauge active;
        std::map<std::string, observe::Counter, std::less<>> closed;
    };
    void release(const std::string &listener, const std::string &key, std::string_view reason);
    Counters &countersOf(const std::string &listener);
    void countClosed(const std::string &listener, std::string_view reason);

    observe::Metrics *const m_metrics;
    std::atomic<std::size_t> m_perAddress;
    std::atomic<std::size_t> m_total;

    mutable std::mutex m_mutex; // below: by m_mutex; taken at the beginning and the end of a connection only
    std::shared_ptr<const AddressList> m_exempt;
    std::size_t m_active = 0;
    std::unordered_map<std::string, std::size_t> m_byAddress;
    std::map<std::string, Counters> m_counters;
};

} // namespace matinee::net
