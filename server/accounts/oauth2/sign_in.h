// Signing in by an account at another service, and linking one (RFC 6749 and 9700; OpenID Connect Core): begin sends the browser there,
// finish takes what it brings back. Owned by app; its Tasks may be awaited on any worker.
//
// A sign-in is bound to the browser that began it (`binding`, a cookie of its own), to its provider, to one code and to ten minutes. It
// begins and ends in one process.
#pragma once

#include "accounts/bounded_map.h"
#include "accounts/oauth2/sign_in_tables.h"
#include "accounts/pending.h"
#include "accounts/sign_up.h"

#include <map>

namespace matinee::accounts::oauth2 {

class SignIn
{
public:
    static constexpr std::size_t kMostPending = 10'000;
    static constexpr std::chrono::seconds kPendingFor{600};
    static constexpr std::size_t kBindingCharacters = 26; ///< 130 random bits.

    /// All of them must outlive it. `webAddress` is where people reach this server, without a slash at its end; `mode` is accounts.sign_up.
    /// Both are asked on any thread.
    SignIn(store::Store &store, Sessions &sessions, Providers &providers, std::function<std::string()> webAddress,
           std::function<SignUpMode()> mode, HasOtherWayIn hasOtherWayIn, observe::Metrics *metrics);
    SignIn(const SignIn &) = delete;
    SignIn &operator=(const SignIn &) = delete;

    /// Who keeps a mail address that a provider has proved, of a new account and of one that is linked. Within the transaction. Set before
    /// the workers start; empty: nobody.
    using KeepAddress =
        std::function<Result<void>(store::Transaction &, const std::string &userId, const std::string &address, SystemTime)>;
    void setKeepAddress(KeepAddress keep) { m_keepAddress = std::move(keep); }

    struct Beginning
    {
        std::string provider;
        std::string returnTo;        ///< Where the browser goes at last; "" means "/".
        std::string binding;         ///< Of the browser, where it has one already.
        std::optional<Person> who{}; ///< Links to this person's account; nobody: signs in.
    };
    struct Begun
    {
        std::string address; ///< At the provider.
        std::string binding; ///< For the browser to keep, and nobody else.
    };
    /// NotFound for a provider by which nobody signs in here; InvalidArgument, field "return_to"; Unavailable while it cannot be asked.
    Task<Result<Begun>> begin(Beginning asked, SystemTime now);

    struct Finishing
    {
        std::string provider; ///< Of the address that the browser came back to.
        std::string state;
        std::string code;
        std::string issuer; ///< `iss` (RFC 9207); may be "".
        std::string error;  ///< Instead of a code.
        std::string binding;
        std::string language;        ///< Of a new account; "" means "en".
        std::optional<Person> who{}; ///< Who is signed in.
        SessionOrigin origin{};
    };
    struct Finished
    {
        SignInOutcome outcome; ///< Without a session where something was linked.
        std::string returnTo;
        bool isLinked = false;
        bool isNew = false;
    };
    /// Unauthenticated, or FailedPrecondition, for whatever is not what `begin` began; PermissionDenied where the person said no there, is
    /// banned here, or would need an account; AlreadyExists for what is linked to another account.
    Task<Result<Finished>> finish(Finishing brought, SystemTime now);

    Task<Result<std::vector<store::IdentityRow>>> list(std::string userId);
    Task<Result<void>> unlink(std::string userId, std::string id); ///< As unlinkIn().

private:
    struct Asked
    {
        ProviderPtr provider;
        std::string bindingHash;
        std::string redirectUri;
        std::string returnTo;
        std::string verifier;
        std::string nonce;
        std::string issuer; ///< That the answer must name; "" names none.
        bool isIssuerAlwaysNamed = false;
        std::string userId; ///< Whom to link to; "" signs in.
        std::string sessionId;
    };
    Result<Asked> taken(const Finishing &brought, SystemTime now);
    Result<void> useCode(const std::string &code, SystemTime now);
    Error refused(const char *why, Error error);
    Task<Result<Finished>> signedIn(Asked asked, RemotePerson person, Finishing brought, SystemTime now);
    Task<Result<Finished>> linked(Asked asked, RemotePerson person, SystemTime now);
    Result<void> keepAddressIn(store::Transaction &tx, const std::string &userId, const RemoteUser &user, SystemTime now) const;

    store::Store &m_store;
    Sessions &m_sessions;
    Providers &m_providers;
    const std::function<std::string()> m_webAddress;
    const std::function<SignUpMode()> m_mode;
    const HasOtherWayIn m_hasOtherWayIn;
    KeepAddress m_keepAddress; // constant once the workers run
    observe::Counter m_signedIn, m_waiting, m_secondFactor, m_banned, m_rejected, m_signedUp, m_linked, m_unlinked;
    std::map<std::string_view, observe::Counter> m_refusals; // constant after construction
    std::mutex m_mutex;
    Pending<Asked> m_pending{kMostPending, kPendingFor}; // by state; guarded by m_mutex, as the next one
    BoundedMap<SystemTime> m_usedCodes{kMostPending};    // hashes of codes
};

} // namespace matinee::accounts::oauth2
