// The queue of mails, in the database: what was accepted survives kill -9, is tried again for a day, and is given up with a line in the
// log. Owned by app; used by handlers on workers (`queue`, `sendTest`) and by one courier (`deliverOne`, mail/courier.h). A mail may arrive
// twice where the process dies between the server's answer and our note of it; both have the same Message-ID.
#pragma once

#include "mail/configuration.h"
#include "mail/letter.h"
#include "observe/metrics.h"
#include "relay/credential_box.h"
#include "store/store.h"

#include <condition_variable>
#include <functional>
#include <mutex>

namespace matinee::store {
struct MailRow;
}

namespace matinee::mail {

inline constexpr int kMaxWaiting = 10'000;  ///< Mails in the queue.
inline constexpr int kMaxPerRecipient = 20; ///< Mails to one address in kRecipientWindow.
inline constexpr std::chrono::hours kRecipientWindow{1};
inline constexpr std::chrono::minutes kLease{5};       ///< A mail whose delivery did not end by then is tried again.
inline constexpr std::chrono::minutes kServerPause{1}; ///< After the mail server could not be used.

class Outbox
{
public:
    using Configure = std::function<Configuration()>; ///< What is in force now; any thread.
    using Deliver = std::function<Delivery(const SmtpServer &, const Envelope &, const std::stop_token &)>;
    using Time = std::chrono::system_clock::time_point;

    /// `hexKey`: security.credential_encryption_key. `metrics` may be null.
    Outbox(store::Store &store, std::string_view hexKey, Configure configure, observe::Metrics *metrics, Deliver deliver = mail::deliver);
    Outbox(const Outbox &) = delete;
    Outbox &operator=(const Outbox &) = delete;

    /// FailedPrecondition with what to set, where this server sends no mail.
    [[nodiscard]] Result<void> ready() const { return m_configure().ready(); }

    /// Success: it is committed and will be tried. FailedPrecondition (no mail server), PermissionDenied (allow-list), RateLimited (this
    /// address was written to too often), Unavailable (queue full, database).
    Task<Result<void>> queue(Letter letter, Time now);
    /// The same within a transaction that has more to do: it goes out if that is committed. After an error of these nothing was written.
    Result<void> queueIn(store::Transaction &tx, const Letter &letter, Time now);
    /// The same for threads that are no workers: blocks.
    Result<void> queueNow(const Letter &letter, Time now);
    Task<Result<void>> sendTest(Address to, Language language, Time now);

    struct Turn
    {
        bool worked = false; ///< One was dealt with; there may be more.
        Time next;           ///< Otherwise: nothing is due before this.
    };
    /// Delivers one that is due; blocks. The courier's thread only.
    Turn deliverOne(Time now, const std::stop_token &stop);
    /// Until something is queued, the time is over or a stop is asked for. The courier's thread only.
    void rest(std::chrono::milliseconds time, const std::stop_token &stop);

private:
    Result<store::MailRow> rowOf(const Letter &letter, Time now) const;
    std::function<Result<bool>(store::Transaction &)> insertion(store::MailRow row) const;
    void handle(const store::MailRow &row, Time now, const std::stop_token &stop);
    void postpone(const store::MailRow &row, const Delivery &delivery, const std::string &shown, Time now);
    void settle(const store::MailRow &row, Time now);
    void failed(std::string_view reason);
    void announce();
    Time housekeep(Time now);

    store::Store &m_store;
    const relay::CredentialBox m_box;
    const std::string m_key; // of recipients' digests
    const Configure m_configure;
    const Deliver m_deliver;
    Time m_pausedUntil{}; // courier's thread, as the next two
    Time m_lookedAt{};
    Time m_forgottenAt{};
    std::mutex m_mutex;
    std::condition_variable_any m_news;
    bool m_hasNews = false; // under m_mutex
    observe::Metrics *m_metrics;
    observe::Gauge m_waiting;
    observe::Gauge m_oldest;
    observe::Counter m_sent;
};

/// "p***@example.org": enough for an operator to find it, too little to collect.
[[nodiscard]] std::string masked(const Address &address);

} // namespace matinee::mail
