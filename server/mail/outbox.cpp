#include "mail/outbox.h"

#include "mail/retry.h"
#include "observe/log.h"
#include "store/mail_queue.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <span>

namespace matinee::mail {

namespace {

constexpr std::chrono::seconds kIdle{30}; // how often the figures are looked at where nothing happens

std::string hex(std::span<const unsigned char> bytes)
{
    std::string out(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(out.data(), out.size(), bytes.data(), bytes.size());
    out.pop_back();
    return out;
}

std::string newId()
{
    std::array<unsigned char, 16> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    return hex(bytes);
}

std::string digest(std::string_view text, std::string_view key)
{
    std::array<unsigned char, 16> bytes{};
    crypto_generichash(bytes.data(), bytes.size(), reinterpret_cast<const unsigned char *>(text.data()), text.size(),
                       reinterpret_cast<const unsigned char *>(key.data()),
                       std::min<std::size_t>(key.size(), crypto_generichash_KEYBYTES_MAX));
    return hex(bytes);
}

std::string placeOf(const std::string &id)
{
    return "mail:" + id;
}

} // namespace

std::string masked(const Address &address)
{
    return address.local().substr(0, 1) + "***@" + address.domain();
}

Outbox::Outbox(store::Store &store, std::string_view hexKey, Configure configure, observe::Metrics *metrics, Deliver deliver)
    : m_store(store), m_box(hexKey), m_key(hexKey), m_configure(std::move(configure)), m_deliver(std::move(deliver)), m_metrics(metrics)
{
    if (metrics == nullptr)
        return;
    m_waiting = metrics->gauge("matinee_mail_queued", "Mails that wait to be sent");
    m_oldest = metrics->gauge("matinee_mail_oldest_seconds", "Age of the oldest mail that waits");
    m_sent = metrics->counter("matinee_mail_sent_total", "Mails that the mail server accepted");
    for (const char *reason : {"refused", "gave_up", "expired", "unreadable"})
        (void)metrics->counter("matinee_mail_failed_total", "Mails that were given up, by reason", {{"reason", reason}});
    for (const Cause cause : {Cause::Network, Cause::Tls, Cause::SignIn, Cause::Deferred})
        (void)metrics->counter("matinee_mail_postponed_total", "Tries that failed and are made again, by reason",
                               {{"reason", std::string(causeName(cause))}});
}

Result<store::MailRow> Outbox::rowOf(const Letter &letter, Time now) const
{
    if (auto may = m_configure().mayWriteTo(letter.to); !may)
        return may.error();
    if (letter.expiresAt <= now)
        return fail(ErrorCode::InvalidArgument, "The mail has expired before it was queued.");
    store::MailRow row;
    row.id = newId();
    auto sealed = m_box.seal(toJson(letter), placeOf(row.id));
    if (!sealed)
        return sealed.error();
    row.recipient = digest(letter.to.key(), m_key);
    row.kind = std::string(kindName(letter.kind));
    row.sealed = std::move(*sealed);
    row.createdAt = now;
    row.nextAt = now;
    row.expiresAt = letter.expiresAt;
    return row;
}

std::function<Result<bool>(store::Transaction &)> Outbox::insertion(store::MailRow row) const
{
    return [row = std::move(row)](store::Transaction &tx) -> Result<bool> {
        const store::MailLimits limits{kMaxWaiting, kMaxPerRecipient, row.createdAt - kRecipientWindow};
        if (auto put = store::insertMail(tx, row, limits); !put)
            return put.error();
        return true;
    };
}

Task<Result<void>> Outbox::queue(Letter letter, Time now)
{
    Result<store::MailRow> row = rowOf(letter, now);
    if (!row)
        co_return row.error();
    auto job = insertion(std::move(*row));
    const Result<bool> put = co_await m_store.write<bool>(std::move(job));
    if (!put)
        co_return put.error();
    announce();
    co_return Result<void>();
}

Result<void> Outbox::queueIn(store::Transaction &tx, const Letter &letter, Time now)
{
    const Result<store::MailRow> row = rowOf(letter, now);
    if (!row)
        return row.error();
    const store::MailLimits limits{kMaxWaiting, kMaxPerRecipient, now - kRecipientWindow};
    if (auto put = store::insertMail(tx, *row, limits); !put)
        return put;
    announce(); // the courier's own transaction comes after this one
    return {};
}

Result<void> Outbox::queueNow(const Letter &letter, Time now)
{
    Result<store::MailRow> row = rowOf(letter, now);
    if (!row)
        return row.error();
    if (const Result<bool> put = m_store.writeNow<bool>(insertion(std::move(*row))); !put)
        return put.error();
    announce();
    return {};
}

Task<Result<void>> Outbox::sendTest(Address to, Language language, Time now)
{
    Letter letter{std::move(to), Kind::Test, language, {}, now + std::chrono::hours(1)};
    Result<void> queued = co_await queue(std::move(letter), now);
    co_return queued;
}

void Outbox::announce()
{
    {
        const std::lock_guard lock(m_mutex);
        m_hasNews = true;
    }
    m_news.notify_one();
}

void Outbox::rest(std::chrono::milliseconds time, const std::stop_token &stop)
{
    std::unique_lock lock(m_mutex);
    m_news.wait_for(lock, stop, time, [this] { return m_hasNews; });
    m_hasNews = false;
}

Outbox::Turn Outbox::deliverOne(Time now, const std::stop_token &stop)
{
    if (now < m_pausedUntil)
        return {false, std::min(housekeep(now), m_pausedUntil)};
    if (!ready()) {
        m_pausedUntil = now + kServerPause; // what waits stays: the setting may come back
        return {false, std::min(housekeep(now), m_pausedUntil)};
    }
    const auto claimed =
        m_store.writeNow<std::optional<store::MailRow>>([now](store::Transaction &tx) { return store::claimMail(tx, now, now + kLease); });
    if (!claimed) {
        log::warn("mail", "the queue cannot be read: {}", claimed.error().message);
        return {false, now + kIdle};
    }
    if (!*claimed)
        return {false, housekeep(now)};
    handle(**claimed, now, stop);
    if (now - m_lookedAt >= kIdle)
        housekeep(now);
    return {true, now};
}

void Outbox::handle(const store::MailRow &row, Time now, const std::stop_token &stop)
{
    const auto opened = m_box.open(row.sealed, placeOf(row.id));
    const auto letter = opened ? letterOf(*opened, row.expiresAt) : std::nullopt;
    if (!letter) {
        log::error("mail",
                   "mail {} cannot be decrypted and is dropped: security.credential_encryption_key is not the one it was queued with",
                   row.id);
        failed("unreadable");
        return settle(row, now);
    }
    const std::string shown = row.kind + " to " + masked(letter->to);
    if (row.expiresAt <= now) {
        log::warn("mail", "mail {} ({}) has expired and is not sent", row.id, shown);
        failed("expired");
        return settle(row, now);
    }
    const Configuration configuration = m_configure();
    if (!configuration.ready())
        return; // changed this moment: its lease ends by itself
    const Envelope envelope = composed(configuration, letter->to, letter->kind, letter->language, letter->values, row.id, now);
    const Delivery delivery = m_deliver(configuration.server, envelope, stop);
    switch (delivery.outcome) {
    case Outcome::Sent:
        log::info("mail", "mail {} ({}) is sent: {}", row.id, shown, delivery.words);
        m_sent.add();
        return settle(row, now);
    case Outcome::Refused:
        log::warn("mail", "mail {} ({}) is refused and dropped: {}", row.id, shown, delivery.words);
        failed("refused");
        return settle(row, now);
    case Outcome::Later:
        break;
    }
    if (delivery.serverIsUnusable())
        m_pausedUntil = now + kServerPause;
    postpone(row, delivery, shown, now);
}

void Outbox::postpone(const store::MailRow &row, const Delivery &delivery, const std::string &shown, Time now)
{
    // A stop is not the mail's fault and no attempt: the next start takes it up at once.
    const bool stopped = delivery.cause == Cause::Stopped;
    const int attempts = row.attempts + (stopped ? 0 : 1);
    const auto next = stopped ? std::optional(now) : nextTry(attempts, now, row.createdAt, row.expiresAt);
    if (!next) {
        log::warn("mail", "mail {} ({}) is given up after {} tries: {}", row.id, shown, attempts, delivery.words);
        failed("gave_up");
        return settle(row, now);
    }
    if (!stopped) {
        log::warn("mail", "mail {} ({}) could not be sent, try {}; again in {} min: {}", row.id, shown, attempts,
                  std::chrono::duration_cast<std::chrono::minutes>(*next - now).count(), delivery.words);
        if (m_metrics != nullptr)
            m_metrics
                ->counter("matinee_mail_postponed_total", "Tries that failed and are made again, by reason",
                          {{"reason", std::string(causeName(delivery.cause))}})
                .add();
    }
    const auto put = m_store.writeNow<bool>(
        [id = row.id, attempts, next = *next](store::Transaction &tx) { return store::postponeMail(tx, id, attempts, next); });
    if (!put)
        log::warn("mail", "mail {} is tried again in {} min: {}", row.id, kLease.count(), put.error().message);
}

void Outbox::settle(const store::MailRow &row, Time now)
{
    const auto put = m_store.writeNow<bool>([id = row.id, now](store::Transaction &tx) { return store::settleMail(tx, id, now); });
    if (!put)
        log::warn("mail", "mail {} may be sent twice, since that it is done could not be noted: {}", row.id, put.error().message);
}

void Outbox::failed(std::string_view reason)
{
    if (m_metrics != nullptr)
        m_metrics->counter("matinee_mail_failed_total", "Mails that were given up, by reason", {{"reason", std::string(reason)}}).add();
}

Outbox::Time Outbox::housekeep(Time now)
{
    m_lookedAt = now;
    if (now - m_forgottenAt >= std::chrono::minutes(10)) {
        m_forgottenAt = now;
        m_store.writeLater([now](store::Transaction &tx) -> Result<void> {
            const auto gone = store::forgetMails(tx, now - kRecipientWindow);
            return gone ? Result<void>() : Result<void>(gone.error());
        });
    }
    const auto figures = m_store.readNow<store::MailFigures>([](store::Transaction &tx) { return store::mailFigures(tx); });
    if (!figures)
        return now + kIdle;
    m_waiting.set(static_cast<double>(figures->waiting));
    m_oldest.set(figures->oldest ? std::max(0.0, std::chrono::duration<double>(now - *figures->oldest).count()) : 0.0);
    return std::min(now + kIdle, figures->next.value_or(Time::max()));
}

} // namespace matinee::mail
