// The mail addresses of people: added, confirmed by the link of a letter, made the primary one, removed. An address that was not confirmed
// counts for nothing and keeps nobody else from it; a confirmed one belongs to one account. Owned by app; its Tasks may be awaited on any
// worker.
#pragma once

#include "accounts/letters.h"
#include "accounts/people.h"
#include "accounts/security_letters.h"
#include "mail/wire/allow_list.h"
#include "store/mail_addresses.h"

namespace matinee::accounts {

/// What the settings say: accounts.allowed_mail_domains, accounts.sign_up_needs_address.
struct MailRules
{
    mail::AllowList allowed{};
    bool signUpNeedsAddress = false;
};

class MailAddresses
{
public:
    static constexpr std::size_t kMost = 3; ///< Of one account.
    static constexpr std::chrono::hours kLinkLifetime{24};
    static constexpr int kMostLetters = 10;                ///< To confirm an address, that one account has sent in an hour.
    static constexpr std::chrono::days kUnconfirmedFor{7}; ///< An account that waits for its address is gone then, and its name free.

    /// All of them must outlive it. `rules` is asked at each call, on any thread.
    MailAddresses(store::Store &store, Sessions &sessions, const FactorPolicy &policy, const Letters &letters, SecurityLetters &security,
                  std::function<MailRules()> rules);
    MailAddresses(const MailAddresses &) = delete;
    MailAddresses &operator=(const MailAddresses &) = delete;

    struct Own
    {
        std::vector<store::MailAddressRow> addresses;
        store::MailPreferences preferences;
    };
    Task<Result<Own>> list(std::string userId);

    /// Sends the letter. FailedPrecondition where the server sends no mail, and for who has kMost; InvalidArgument, field "address";
    /// PermissionDenied for a domain that this server does not take; AlreadyExists for one's own; RateLimited.
    Task<Result<store::MailAddressRow>> add(Person person, std::string typed, Actor actor, SystemTime now);
    /// Once more, with a new link. NotFound; FailedPrecondition for one that is confirmed.
    Task<Result<void>> sendLetter(Person person, std::string id, SystemTime now);
    /// Which is told to both. NotFound; FailedPrecondition for one that is not confirmed.
    Task<Result<store::MailAddressRow>> makePrimary(Person person, std::string id, Letters::Place place, Actor actor, SystemTime now);
    /// Which is told to it, if it was confirmed. NotFound; FailedPrecondition where the role needs a second factor and this was its last.
    Task<Result<void>> remove(Person person, std::string id, Letters::Place place, Actor actor, SystemTime now);

    struct Wanted
    {
        std::optional<bool> newDeviceLetters;
        std::optional<bool> codes;
    };
    /// FailedPrecondition for codes without a confirmed address, and where accounts.allow_mail_codes is not set.
    Task<Result<Own>> setPreferences(Person person, Wanted wanted, Letters::Place place, Actor actor, SystemTime now);

    enum class Came
    {
        Confirmed,
        AccountReady,     ///< It waited for this: its owner can sign in now.
        WaitingForReview, ///< It waited for this, and waits still.
    };
    struct Confirmed
    {
        std::string address;
        Came outcome = Came::Confirmed;
    };
    /// FailedPrecondition, field "token", for a link that is not good; AlreadyExists where another account has confirmed the address.
    Task<Result<Confirmed>> confirm(std::string token, Letters::Place place, std::shared_ptr<AuditNote> note, SystemTime now);

    // By those who run the server; `who` as in People.
    Task<Result<Own>> listOf(std::string who);
    /// Without a letter where it is `isVerified`; an account that waited for its address waits no more then.
    Task<Result<store::MailAddressRow>> addFor(std::string who, std::string typed, bool isVerified, Actor actor, SystemTime now);
    Task<Result<void>> removeFor(std::string who, std::string typed, Actor actor, SystemTime now);

    // For sign-ups.
    /// Nothing where none was typed and none is needed. InvalidArgument, field "mail_address"; PermissionDenied and FailedPrecondition as
    /// above.
    [[nodiscard]] Result<std::optional<mail::Address>> forSignUp(const std::string &typed) const;
    [[nodiscard]] bool signUpNeedsAddress() const { return m_rules().signUpNeedsAddress; }
    /// Within the transaction that makes the account, with the letter.
    Result<void> addIn(store::Transaction &tx, const store::UserRow &user, const mail::Address &address, SystemTime now) const;
    /// A new letter to who waits for it and has signed in meanwhile; one too many is left out.
    void remind(const std::string &userId, SystemTime now);
    /// One that somebody else vouches for (oauth2). Left out where it is none that we take, the account has kMost, or another has it.
    Result<void> addVouchedIn(store::Transaction &tx, const std::string &userId, const std::string &typed, SystemTime now) const;

    /// Accounts that waited for kUnconfirmedFor are gone; how many.
    Task<Result<int>> sweep(SystemTime now);

private:
    struct Change;
    Result<mail::Address> parsed(const std::string &typed, const char *field) const;
    Result<void> sendIn(store::Transaction &tx, const store::UserRow &user, const store::MailAddressRow &row, SystemTime now) const;
    Result<store::MailAddressRow> insertIn(store::Transaction &tx, const store::UserRow &user, const mail::Address &address,
                                           bool isVerified, SystemTime now) const;
    Result<Change> removeIn(store::Transaction &tx, const store::UserRow &user, const store::MailAddressRow &row, bool isOwner) const;

    store::Store &m_store;
    Sessions &m_sessions;
    const FactorPolicy &m_policy;
    const Letters &m_letters;
    SecurityLetters &m_security;
    const std::function<MailRules()> m_rules;
};

/// "confirmed", "account_ready", "waiting_for_review"
[[nodiscard]] std::string_view cameName(MailAddresses::Came came);

} // namespace matinee::accounts
