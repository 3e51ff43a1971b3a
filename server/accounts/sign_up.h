// Making an account, or giving one its password by a link: the registration of OPAQUE (RFC 9807; docs/design/passwords.md). Owned by app;
// its Tasks may be awaited on any worker.
#pragma once

#include "accounts/pending.h"
#include "accounts/sessions.h"
#include "accounts/user_names.h"

#include "mail/wire/address.h"

#include "common/opaque/server.h"

namespace matinee::accounts {

class MailAddresses;

/// accounts.sign_up
enum class SignUpMode
{
    Closed,
    Invitation,
    Review, ///< Those who run the server let each one in.
    Open,
};
[[nodiscard]] SignUpMode signUpModeOf(std::string_view setting); ///< Closed for what it does not know.
[[nodiscard]] std::string_view signUpModeName(SignUpMode mode);

class SignUps
{
public:
    static constexpr std::size_t kMostPending = 10'000;
    static constexpr std::chrono::seconds kPendingFor{300};

    /// `mode` is asked at each beginning and each end, on any thread.
    SignUps(store::Store &store, const opaque::ServerSetup &setup, Sessions &sessions, std::function<SignUpMode()> mode,
            observe::Metrics *metrics);
    SignUps(const SignUps &) = delete;
    SignUps &operator=(const SignUps &) = delete;

    /// Who keeps the mail addresses of new accounts. Set before the workers start; null: they have none.
    void setMailAddresses(const MailAddresses *addresses) { m_addresses = addresses; }

    struct Begun
    {
        std::string id;
        std::string registrationResponse; ///< 64 bytes.
    };
    /// `linkToken`: "" or that of the set-up link (makes the first root), of an invitation, or of a password link (`name` is not looked
    /// at). InvalidArgument for a name that cannot be or a request of other than 32 bytes; PermissionDenied where the server takes nobody
    /// in, or the link is not good. Whether the name is free is not told.
    /// `mailAddress`: of a new account; as MailAddresses::forSignUp() refuses it.
    Task<Result<Begun>> begin(std::string name, std::string registrationRequest, std::string linkToken, SystemTime now,
                              std::string mailAddress = {});

    struct Finished
    {
        SignInOutcome outcome;
        bool isFirstRoot = false;   ///< The set-up link was used: it is good no more.
        bool isNewPassword = false; ///< Of an account that was there.
    };
    /// `registrationRecord`: 192 bytes. `language`: "" means "en". AlreadyExists, field "name", for a name that is taken or looks like one
    /// that is: the sign-up begins anew then, and the link is still good. By a password link all sessions of the account end but the new
    /// one.
    Task<Result<Finished>> finish(std::string id, std::string registrationRecord, std::string language, SessionOrigin origin,
                                  SystemTime now);

private:
    enum class Way
    {
        Free, ///< Without a link: open, or with review.
        SetUp,
        Invitation,
        PasswordLink,
    };
    struct Asked
    {
        Way way = Way::Free;
        std::string userId; ///< Of the account that is to be, or that the link is for.
        UserName name;      ///< Empty for PasswordLink.
        std::string linkHash;
        std::string linkToken; ///< Of SetUp.
        std::optional<mail::Address> mailAddress{};
    };
    struct Done;
    static Result<Asked> askedIn(store::Transaction &tx, const std::string &linkToken, SystemTime now);
    Result<Done> finishIn(store::Transaction &tx, const Asked &asked, const std::string &record, const std::string &language,
                          const SessionOrigin &origin, SignUpMode mode, SystemTime now) const;

    store::Store &m_store;
    const opaque::ServerSetup &m_setup;
    Sessions &m_sessions;
    const std::function<SignUpMode()> m_mode;
    const MailAddresses *m_addresses = nullptr; // constant once the workers run
    observe::Counter m_signedUp, m_waiting, m_refused, m_byLink;
    std::mutex m_mutex;
    Pending<Asked> m_pending{kMostPending, kPendingFor}; // guarded by m_mutex
};

} // namespace matinee::accounts
