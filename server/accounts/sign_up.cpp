#include "accounts/sign_up.h"

#include "accounts/audit_notes.h"
#include "accounts/invitations.h"
#include "accounts/mail_addresses.h"
#include "accounts/password_records.h"
#include "accounts/secrets.h"
#include "accounts/setup_token.h"
#include "store/links.h"

namespace matinee::accounts {

namespace {

using store::Transaction;
using store::UserRow;

constexpr std::size_t kMostTokenBytes = 256;

std::string newUserId()
{
    return "u" + randomText(15);
}

Error linkNotGood()
{
    return fail(ErrorCode::PermissionDenied,
                "This link is not good: it was used already, its time is over, or there is a newer one. Ask for another.", "link_token");
}

/// Nothing where whoever comes without a link may sign up.
std::optional<Error> refusalOf(SignUpMode mode)
{
    if (mode == SignUpMode::Closed)
        return fail(ErrorCode::PermissionDenied, "This server takes no new people in. Ask those who run it for an account.");
    if (mode == SignUpMode::Invitation)
        return fail(ErrorCode::PermissionDenied, "On this server an account needs an invitation. Ask somebody who is on it for a link.");
    return std::nullopt;
}

} // namespace

SignUpMode signUpModeOf(std::string_view setting)
{
    if (setting == "open")
        return SignUpMode::Open;
    if (setting == "review")
        return SignUpMode::Review;
    return setting == "invitation" ? SignUpMode::Invitation : SignUpMode::Closed;
}

std::string_view signUpModeName(SignUpMode mode)
{
    switch (mode) {
    case SignUpMode::Open:
        return "open";
    case SignUpMode::Review:
        return "review";
    case SignUpMode::Invitation:
        return "invitation";
    case SignUpMode::Closed:
        break;
    }
    return "closed";
}

SignUps::SignUps(store::Store &store, const opaque::ServerSetup &setup, Sessions &sessions, std::function<SignUpMode()> mode,
                 observe::Metrics *metrics)
    : m_store(store), m_setup(setup), m_sessions(sessions), m_mode(std::move(mode))
{
    if (!metrics)
        return;
    const auto counter = [&](const char *outcome) {
        return metrics->counter("matinee_sign_ups_total", "Sign-ups that were finished, by what came of them", {{"outcome", outcome}});
    };
    m_signedUp = counter("signed_up");
    m_waiting = counter("waiting");
    m_refused = counter("refused");
    m_byLink = counter("password_set");
}

/// What the link is for, and of whom. PermissionDenied where it is not good.
Result<SignUps::Asked> SignUps::askedIn(Transaction &tx, const std::string &linkToken, SystemTime now)
{
    Asked asked;
    asked.userId = newUserId();
    auto isSetUp = isSetupToken(tx, linkToken, now);
    if (!isSetUp)
        return isSetUp.error();
    if (*isSetUp) {
        asked.way = Way::SetUp;
        asked.linkToken = linkToken;
        return asked;
    }
    asked.linkHash = secretHash(linkToken);
    auto link = store::findLink(tx, asked.linkHash, now);
    if (!link)
        return link.error();
    if (*link) {
        asked.way = Way::PasswordLink;
        asked.userId = (*link)->userId;
        return asked;
    }
    const auto invitation = goodInvitation(tx, asked.linkHash, now);
    if (!invitation)
        return invitation.error();
    if (!*invitation)
        return linkNotGood();
    asked.way = Way::Invitation;
    return asked;
}

Task<Result<SignUps::Begun>> SignUps::begin(std::string name, std::string registrationRequest, std::string linkToken, SystemTime now,
                                            std::string mailAddress)
{
    const SignUpMode mode = m_mode();
    Asked asked;
    asked.userId = newUserId();
    if (linkToken.empty()) {
        if (auto refusal = refusalOf(mode))
            co_return Result<Begun>(std::move(*refusal));
    } else {
        std::function<Result<Asked>(Transaction &)> job = [linkToken = linkToken.substr(0, kMostTokenBytes), now](Transaction &tx) {
            return askedIn(tx, linkToken, now);
        };
        auto found = co_await m_store.read<Asked>(std::move(job));
        if (!found)
            co_return Result<Begun>(found.error());
        asked = std::move(*found);
        if (asked.way == Way::Invitation && mode == SignUpMode::Closed)
            co_return Result<Begun>(*refusalOf(mode));
    }
    if (asked.way != Way::PasswordLink) {
        auto parsed = parseUserName(name);
        if (!parsed)
            co_return Result<Begun>(parsed.error());
        asked.name = std::move(*parsed);
    }
    if (m_addresses && (asked.way == Way::Free || asked.way == Way::Invitation)) {
        auto address = m_addresses->forSignUp(mailAddress);
        if (!address)
            co_return Result<Begun>(address.error());
        asked.mailAddress = std::move(*address);
    }
    const auto response = opaque::respondToRegistration(m_setup, opaqueBytes(registrationRequest), opaqueBytes(asked.userId));
    if (!response)
        co_return Result<Begun>(fail(ErrorCode::InvalidArgument, "This is no RegistrationRequest of RFC 9807.", "registration_request"));
    Begun begun;
    begun.registrationResponse = textOfMessage(*response);
    const std::lock_guard lock(m_mutex);
    begun.id = m_pending.add(std::move(asked), now);
    co_return Result<Begun>(std::move(begun));
}

struct SignUps::Done
{
    Sessions::Begun begun;
    std::vector<std::string> ended; ///< By a new password.
    std::string invitationId{};     ///< Of the one that was used.
};

Result<SignUps::Done> SignUps::finishIn(Transaction &tx, const Asked &asked, const std::string &record, const std::string &language,
                                        const SessionOrigin &origin, SignUpMode mode, SystemTime now) const
{
    Done done;
    UserRow user;
    std::string role(roleName(asked.way == Way::SetUp ? Role::Root : Role::User));
    // Links are looked at again, and used up with what they are for: whoever is quicker.
    if (asked.way == Way::Invitation) {
        auto invitation = goodInvitation(tx, asked.linkHash, now);
        if (!invitation)
            return invitation.error();
        if (!*invitation)
            return linkNotGood();
        const auto taken = store::takeInvitationUse(tx, (*invitation)->id, now);
        if (!taken)
            return taken.error();
        if (!*taken)
            return linkNotGood();
        done.invitationId = (*invitation)->id;
        role = (*invitation)->role;
    }
    if (asked.way == Way::PasswordLink) {
        auto link = store::findLink(tx, asked.linkHash, now);
        if (!link)
            return link.error();
        auto used = store::deleteLink(tx, asked.linkHash);
        if (!used)
            return used.error();
        if (!*link || !*used)
            return linkNotGood();
        auto found = store::findUser(tx, asked.userId);
        if (!found)
            return found.error();
        if (!*found)
            return linkNotGood();
        user = std::move(**found);
        if (auto r = store::updateUserPassword(tx, user.id, record, now); !r)
            return r.error();
        if (auto r = store::deleteLinksOfUser(tx, user.id, "password"); !r)
            return r.error();
        auto ended = store::deleteSessionsOfUser(tx, user.id, "");
        if (!ended)
            return ended.error();
        done.ended = std::move(*ended);
    } else {
        if (asked.way == Way::Free)
            if (auto refusal = refusalOf(mode))
                return *refusal;
        if (asked.way == Way::SetUp)
            if (auto r = useSetupToken(tx, asked.linkToken, now); !r)
                return r.error();
        user.id = asked.userId;
        user.name = asked.name.name;
        user.nameKey = asked.name.key;
        user.role = role;
        user.isWaiting = asked.way == Way::Free && mode == SignUpMode::Review;
        user.awaitsAddress = asked.mailAddress && m_addresses->signUpNeedsAddress();
        user.language = language;
        user.createdAt = now;
    }
    user.passwordRecord = record;
    user.passwordChangedAt = now;
    if (asked.way != Way::PasswordLink)
        if (auto r = store::insertUser(tx, user); !r)
            return r.error();
    if (!done.invitationId.empty())
        if (auto r = store::insertInvitationUse(tx, done.invitationId, user.id, now); !r)
            return r.error();
    if (asked.mailAddress)
        if (auto r = m_addresses->addIn(tx, user, *asked.mailAddress, now); !r)
            return r.error();
    auto begun = m_sessions.beginIn(tx, user, origin, now);
    if (!begun)
        return begun.error();
    done.begun = std::move(*begun);
    return done;
}

Task<Result<SignUps::Finished>> SignUps::finish(std::string id, std::string registrationRecord, std::string language, SessionOrigin origin,
                                                SystemTime now)
{
    if (language.empty())
        language = "en";
    if (language != "en" && language != "zh-CN")
        co_return Result<Finished>(fail(ErrorCode::InvalidArgument, "The languages are \"en\" and \"zh-CN\".", "language"));
    const auto record = recordText(registrationRecord);
    if (!record)
        co_return Result<Finished>(fail(ErrorCode::InvalidArgument, "This is no RegistrationRecord of RFC 9807.", "registration_record"));
    std::optional<Asked> asked;
    {
        const std::lock_guard lock(m_mutex);
        asked = m_pending.take(id, now);
    }
    if (!asked)
        co_return Result<Finished>(fail(ErrorCode::FailedPrecondition,
                                        "This sign-up took longer than five minutes, or was finished already. Begin it anew.",
                                        "sign_up_id"));
    origin.method = "password";
    const std::shared_ptr<AuditNote> note = origin.note;
    std::function<Result<Done>(Transaction &)> job = [this, asked = *asked, record = *record, language, origin, mode = m_mode(),
                                                      now](Transaction &tx) {
        return finishIn(tx, asked, record, language, origin, mode, now);
    };
    auto done = co_await m_store.write<Done>(std::move(job));
    if (!done) {
        m_sessions.writeFailed(done.error());
        m_refused.add();
        co_return Result<Finished>(done.error());
    }
    m_sessions.announceEnd(done->ended, SessionEnd::Password, now);
    if (!done->invitationId.empty())
        noteInvitedUser(note, done->begun.outcome.user, done->invitationId);
    Finished finished;
    finished.outcome = std::move(done->begun.outcome);
    finished.isFirstRoot = asked->way == Way::SetUp;
    finished.isNewPassword = asked->way == Way::PasswordLink;
    if (asked->way == Way::PasswordLink)
        m_byLink.add();
    else
        (finished.outcome.session ? m_signedUp : m_waiting).add();
    co_return Result<Finished>(std::move(finished));
}

} // namespace matinee::accounts
