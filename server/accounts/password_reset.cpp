#include "accounts/password_reset.h"

#include "accounts/secrets.h"
#include "accounts/user_names.h"
#include "mail/wire/utf8.h"
#include "observe/log.h"
#include "store/links.h"
#include "store/mail_addresses.h"
#include "store/mail_codes.h"
#include "store/users.h"

namespace matinee::accounts {

namespace {

using store::MailAddressRow;
using store::Transaction;
using store::UserRow;

constexpr std::size_t kTokenCharacters = 32; // 160 random bits, as all links have
constexpr std::size_t kMostNoted = 128;
constexpr std::chrono::hours kWindow{1};

/// The confirmed address of that account: the primary one, or the one that was typed.
Result<std::optional<MailAddressRow>> addressFor(Transaction &tx, const std::string &account)
{
    if (account.find('@') != std::string::npos) {
        const auto typed = mail::parseAddress(account);
        if (!typed)
            return std::optional<MailAddressRow>();
        return store::findVerifiedMailAddress(tx, typed->key());
    }
    const auto user = store::findUserByNameKey(tx, userNameKey(account));
    if (!user)
        return user.error();
    if (!*user)
        return std::optional<MailAddressRow>();
    return store::findPrimaryMailAddress(tx, (*user)->id);
}

} // namespace

PasswordReset::PasswordReset(store::Store &store, const Letters &letters, observe::Metrics *metrics)
    : m_store(store), m_letters(letters), m_limiter({kMostRequests, kWindow, kWindow, 10'000})
{
    if (!metrics)
        return;
    const auto counter = [&](const char *outcome) {
        return metrics->counter("matinee_password_letters_total", "Requests for a new password by letter, by what came of them",
                                {{"outcome", outcome}});
    };
    m_asked = counter("asked");
    m_limited = counter("limited");
}

Result<void> PasswordReset::request(const std::string &account, const std::string &address, const std::shared_ptr<AuditNote> &note,
                                    Time now)
{
    if (auto able = m_letters.ready(); !able)
        return able;
    if (account.empty() || account.size() > kMostBytes)
        return fail(ErrorCode::InvalidArgument, "Type the name of your account, or its mail address.", "account");
    {
        const AttemptLimiter::Time moment(std::chrono::duration_cast<AttemptLimiter::Time::duration>(now.time_since_epoch()));
        const std::lock_guard lock(m_mutex);
        if (const auto wait = m_limiter.blockedFor(address, moment)) {
            m_limited.add();
            Error error = fail(ErrorCode::RateLimited, "Too many letters were asked for from this address. Wait before you ask again.");
            error.retryAfter = *wait;
            return error;
        }
        m_limiter.failed(address, moment);
    }
    if (note)
        note->subject =
            account.find('@') == std::string::npos ? mail::oneLine(account, kMostNoted) : veiledAddress(mail::oneLine(account, kMostNoted));
    m_asked.add();
    m_store.writeLater([this, account, now](Transaction &tx) { return sendIn(tx, account, now); });
    return {};
}

Result<void> PasswordReset::sendIn(Transaction &tx, const std::string &account, Time now) const
{
    const auto row = addressFor(tx, account);
    if (!row)
        return row.error();
    if (!*row)
        return {};
    const auto user = store::findUser(tx, (*row)->userId);
    if (!user)
        return user.error();
    if (!*user || (*user)->deletedAt || (*user)->awaitsAddress || (*user)->isBanned(now))
        return {};
    const auto mayAsk = store::spendMailRequest(tx, (*user)->id, "reset", kMostLetters, now - kWindow, now);
    if (!mayAsk)
        return mayAsk.error();
    if (!*mayAsk)
        return {};
    const std::string token = randomText(kTokenCharacters);
    const Letters::Reader reader{(*row)->address, (*user)->language, (*user)->name};
    if (const auto put = m_letters.newPassword(tx, reader, token, kLinkLifetime, now); !put) {
        log::info("accounts", "a letter with a link for a new password was not queued: {}", put.error().message);
        return {};
    }
    // Those before stay good, or whoever asks for more would keep the owner from using theirs; one that is used ends them all.
    return store::insertLink(tx, {secretHash(token), "password", (*user)->id, now, now + kLinkLifetime});
}

} // namespace matinee::accounts
