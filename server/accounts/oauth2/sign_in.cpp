#include "accounts/oauth2/sign_in.h"

#include "accounts/oauth2/wire/authorization.h"
#include "accounts/oauth2/wire/pkce.h"
#include "accounts/oauth2/wire/return_address.h"
#include "accounts/oauth2/wire/token_exchange.h"
#include "accounts/secrets.h"

namespace matinee::accounts::oauth2 {

namespace {

using store::IdentityRow;
using store::Transaction;
using store::UserRow;

constexpr std::size_t kNonceCharacters = 26;    // 130 random bits
constexpr std::size_t kVerifierCharacters = 52; // 260: RFC 7636, 4.1 wants 256 or more
constexpr int kAttempts = 3;
constexpr const char *kRefusals[] = {"state", "binding", "provider", "issuer",   "denied",    "error",
                                     "code",  "session", "token",    "id_token", "user_info", "away"};

Error notBegunHere()
{
    return fail(ErrorCode::FailedPrecondition,
                "This sign-in was not begun in this browser, took longer than ten minutes, or was finished already. Begin it anew.",
                "state");
}

bool isBinding(std::string_view text)
{
    return text.size() == SignIn::kBindingCharacters && isKeyText(text);
}

} // namespace

SignIn::SignIn(store::Store &store, Sessions &sessions, Providers &providers, std::function<std::string()> webAddress,
               std::function<SignUpMode()> mode, HasOtherWayIn hasOtherWayIn, observe::Metrics *metrics)
    : m_store(store),
      m_sessions(sessions),
      m_providers(providers),
      m_webAddress(std::move(webAddress)),
      m_mode(std::move(mode)),
      m_hasOtherWayIn(std::move(hasOtherWayIn))
{
    for (const char *why : kRefusals)
        m_refusals[why] = metrics ? metrics->counter("matinee_oauth2_refusals_total",
                                                     "Sign-ins by other services that were refused, by why", {{"reason", why}})
                                  : observe::Counter();
    if (!metrics)
        return;
    const auto signIns = [&](const char *outcome) {
        return metrics->counter("matinee_sign_ins_total", "Sign-ins of people, by method and what came of them",
                                {{"method", "oauth2"}, {"outcome", outcome}});
    };
    m_signedIn = signIns("signed_in");
    m_rejected = signIns("rejected");
    m_banned = signIns("banned");
    m_waiting = signIns("waiting");
    m_secondFactor = signIns("second_factor");
    const auto changes = [&](const char *change) {
        return metrics->counter("matinee_oauth2_identities_total", "Accounts of other services linked, taken away, and signed up with",
                                {{"change", change}});
    };
    m_signedUp = changes("signed_up");
    m_linked = changes("linked");
    m_unlinked = changes("unlinked");
}

Error SignIn::refused(const char *why, Error error)
{
    if (const auto found = m_refusals.find(why); found != m_refusals.end())
        found->second.add();
    m_rejected.add();
    return error;
}

Task<Result<SignIn::Begun>> SignIn::begin(Beginning wanted, SystemTime now)
{
    const ProviderPtr provider = m_providers.find(wanted.provider);
    if (!provider)
        co_return Result<Begun>(fail(ErrorCode::NotFound, "Nobody signs in by this provider here.", "provider"));
    auto returnTo = returnAddress(wanted.returnTo, provider->allowedRedirects);
    if (!returnTo)
        co_return Result<Begun>(fail(ErrorCode::InvalidArgument,
                                     "A browser may go on to a page of this server (\"/watch/live\"), or to one that oauth2." +
                                         provider->id() + ".allowed_redirects names.",
                                     "return_to"));
    const Result<Metadata> metadata = co_await m_providers.metadata(provider, now);
    if (!metadata)
        co_return Result<Begun>(metadata.error());

    Begun begun;
    begun.binding = isBinding(wanted.binding) ? wanted.binding : randomText(kBindingCharacters); // one browser, several tabs
    Asked asked;
    asked.provider = provider;
    asked.bindingHash = secretHash(begun.binding);
    // One address for each provider: an answer cannot come to another's (RFC 9700, 4.4.2.2).
    asked.redirectUri = m_webAddress() + (provider->preset->sendsForm ? "/oauth2/form/" : "/oauth2/callback/") + provider->id();
    asked.returnTo = std::move(*returnTo);
    asked.verifier = randomText(kVerifierCharacters);
    asked.nonce = provider->isOpenId() ? randomText(kNonceCharacters) : std::string();
    // Of those that are no OpenID provider no issuer is known; their answers come to an address of their own.
    asked.issuer = provider->isOpenId() && !metadata->isOfAnyTenant ? metadata->issuer : std::string();
    asked.isIssuerAlwaysNamed = metadata->isIssuerAlwaysNamed;
    if (wanted.who) {
        asked.userId = wanted.who->userId;
        asked.sessionId = wanted.who->sessionId;
    }
    AuthorizationRequest request;
    request.endpoint = metadata->authorizationEndpoint;
    request.clientId = provider->clientId;
    request.redirectUri = asked.redirectUri;
    request.scopes = provider->preset->scopes;
    request.nonce = asked.nonce;
    request.challenge = challengeOf(asked.verifier);
    request.sendsForm = provider->preset->sendsForm;
    {
        const std::lock_guard lock(m_mutex);
        request.state = m_pending.add(std::move(asked), now);
    }
    begun.address = authorizationAddress(request);
    co_return Result<Begun>(std::move(begun));
}

/// What was begun, which is over with this, whatever comes of it.
Result<SignIn::Asked> SignIn::taken(const Finishing &brought, SystemTime now)
{
    std::optional<Asked> asked;
    {
        const std::lock_guard lock(m_mutex);
        asked = m_pending.take(brought.state, now);
    }
    if (!asked)
        return refused("state", notBegunHere());
    if (!isBinding(brought.binding) || !equalSecrets(secretHash(brought.binding), asked->bindingHash))
        return refused("binding", notBegunHere());
    if (brought.provider != asked->provider->preset->id)
        return refused("provider", notBegunHere());
    if (judgeIssuer(brought.issuer, asked->issuer, asked->isIssuerAlwaysNamed && !asked->issuer.empty()) != IssuerVerdict::Good)
        return refused("issuer",
                       fail(ErrorCode::Unauthenticated, "This answer is not from " + asked->provider->name + ". Begin the sign-in anew."));
    const bool isTheirs = brought.who && brought.who->userId == asked->userId && brought.who->sessionId == asked->sessionId;
    if (!asked->userId.empty() && !isTheirs)
        return refused("session",
                       fail(ErrorCode::FailedPrecondition, "You are not signed in any more as who wanted to link this account."));
    if (!brought.error.empty()) {
        const auto error = authorizationError(brought.error);
        if (error == "access_denied")
            return refused("denied", fail(ErrorCode::PermissionDenied, "You did not allow the sign-in at " + asked->provider->name + "."));
        return refused("error", fail(ErrorCode::FailedPrecondition,
                                     asked->provider->name + " did not sign you in (" + std::string(error) + "). Begin it anew."));
    }
    if (!isCode(brought.code))
        return refused("code", fail(ErrorCode::InvalidArgument, "There is no code in this answer.", "code"));
    return std::move(*asked);
}

/// A code is good once, whatever the provider thinks of it.
Result<void> SignIn::useCode(const std::string &code, SystemTime now)
{
    const std::string hash = secretHash(code);
    const std::lock_guard lock(m_mutex);
    if (const SystemTime *used = m_usedCodes.find(hash); used && now - *used < kPendingFor)
        return notBegunHere();
    m_usedCodes.put(hash, now);
    return {};
}

Task<Result<SignIn::Finished>> SignIn::finish(Finishing brought, SystemTime now)
{
    if (brought.language.empty())
        brought.language = "en";
    if (brought.language != "en" && brought.language != "zh-CN")
        co_return Result<Finished>(fail(ErrorCode::InvalidArgument, "The languages are \"en\" and \"zh-CN\".", "language"));
    Result<Asked> asked = taken(brought, now);
    if (!asked)
        co_return Result<Finished>(asked.error());
    const ProviderPtr provider = asked->provider;
    if (auto first = useCode(provider->id() + " " + brought.code, now); !first)
        co_return Result<Finished>(refused("code", first.error()));
    CodeExchange exchange{brought.code, asked->redirectUri, asked->verifier, asked->nonce};
    Result<RemotePerson, ExchangeFailure> person = co_await exchangeCode(m_providers, provider, std::move(exchange), now);
    if (!person)
        co_return Result<Finished>(refused(person.error().step.data(), person.error().error));
    if (!asked->userId.empty())
        co_return co_await linked(std::move(*asked), std::move(*person), now);
    co_return co_await signedIn(std::move(*asked), std::move(*person), std::move(brought), now);
}

Task<Result<SignIn::Finished>> SignIn::signedIn(Asked asked, RemotePerson person, Finishing brought, SystemTime now)
{
    brought.origin.method = "oauth2:" + asked.provider->id();
    const bool isReviewed = asked.provider->signupNeedReview || m_mode() == SignUpMode::Review;
    Result<SignedIn> done = fail(ErrorCode::Internal, "nothing was tried");
    // Of two that make the same account, or take the same name, the second finds it the next time.
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        std::function<Result<SignedIn>(Transaction &)> job = [this, provider = asked.provider, person, language = brought.language,
                                                              isReviewed, origin = brought.origin,
                                                              now](Transaction &tx) -> Result<SignedIn> {
            auto signedIn = signInIn(tx, m_sessions, *provider, person, language, isReviewed, origin, now);
            if (signedIn && signedIn->isNew)
                if (auto r = keepAddressIn(tx, signedIn->begun.outcome.user.id, person.user, now); !r)
                    return r.error();
            return signedIn;
        };
        done = co_await m_store.write<SignedIn>(std::move(job));
        if (done || done.error().code != ErrorCode::AlreadyExists)
            break;
    }
    if (!done) {
        (done.error().code == ErrorCode::PermissionDenied ? m_banned : m_rejected).add();
        co_return Result<Finished>(done.error());
    }
    m_sessions.announceEnd(done->begun.ended, SessionEnd::TooMany, now);
    (done->begun.outcome.session ? m_signedIn : done->begun.outcome.secondFactor ? m_secondFactor : m_waiting).add();
    if (done->isNew)
        m_signedUp.add();
    Finished finished;
    finished.outcome = std::move(done->begun.outcome);
    finished.returnTo = std::move(asked.returnTo);
    finished.isNew = done->isNew;
    co_return Result<Finished>(std::move(finished));
}

Result<void> SignIn::keepAddressIn(Transaction &tx, const std::string &userId, const RemoteUser &user, SystemTime now) const
{
    if (!m_keepAddress || !user.isEmailVerified || user.email.empty())
        return {};
    return m_keepAddress(tx, userId, user.email, now);
}

Task<Result<SignIn::Finished>> SignIn::linked(Asked asked, RemotePerson person, SystemTime now)
{
    std::function<Result<UserRow>(Transaction &)> job = [this, provider = asked.provider, person, userId = asked.userId,
                                                         now](Transaction &tx) -> Result<UserRow> {
        auto user = linkIn(tx, *provider, person, userId, now);
        if (user)
            if (auto r = keepAddressIn(tx, userId, person.user, now); !r)
                return r.error();
        return user;
    };
    Result<UserRow> user = co_await m_store.write<UserRow>(std::move(job));
    if (!user)
        co_return Result<Finished>(user.error());
    m_linked.add();
    Finished finished;
    finished.outcome.user = std::move(*user);
    finished.returnTo = std::move(asked.returnTo);
    finished.isLinked = true;
    co_return Result<Finished>(std::move(finished));
}

Task<Result<std::vector<IdentityRow>>> SignIn::list(std::string userId)
{
    std::function<Result<std::vector<IdentityRow>>(Transaction &)> job = [userId](Transaction &tx) {
        return store::listIdentitiesOfUser(tx, userId);
    };
    co_return co_await m_store.read<std::vector<IdentityRow>>(std::move(job));
}

Task<Result<void>> SignIn::unlink(std::string userId, std::string id)
{
    std::vector<std::string> usable;
    for (const ProviderPtr &provider : m_providers.list())
        usable.push_back(provider->id());
    std::function<Result<void>(Transaction &)> job = [userId, id, usable, hasOtherWayIn = m_hasOtherWayIn](Transaction &tx) {
        return unlinkIn(tx, userId, id, usable, hasOtherWayIn);
    };
    Result<void> done = co_await m_store.write<void>(std::move(job));
    if (done)
        m_unlinked.add();
    co_return done;
}

} // namespace matinee::accounts::oauth2
