#include "accounts/invitations.h"

#include "accounts/audit_notes.h"
#include "accounts/secrets.h"
#include "accounts/wire/base64url.h"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

namespace matinee::accounts {

namespace {

namespace json = boost::json;
using store::InvitationRow;
using store::Transaction;

constexpr std::uint32_t kUsualPage = 50;
constexpr std::size_t kMostPageToken = 128;
constexpr std::size_t kTokenCharacters = 32; // 160 random bits, as all links have

/// Where a page begins: before this one.
struct Place
{
    SystemTime time = SystemTime(std::chrono::seconds(9'214'646'400)); // 2262-01-01, before the clock ends
    std::string id;
};

std::string tokenOf(const InvitationRow &row)
{
    const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(row.createdAt.time_since_epoch()).count();
    const std::string text = std::to_string(time) + ":" + row.id;
    return base64url(bytesOf(text));
}

std::optional<Place> placeOf(const std::string &pageToken)
{
    if (pageToken.empty())
        return Place();
    const auto bytes = pageToken.size() <= kMostPageToken ? fromBase64url(pageToken) : std::nullopt;
    if (!bytes)
        return std::nullopt;
    const std::string_view text = textOf(*bytes);
    const std::size_t colon = text.find(':');
    std::int64_t time = 0;
    if (colon == std::string_view::npos)
        return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + colon, time);
    if (error != std::errc() || end != text.data() + colon || time < 0 || time > 9'214'646'400'000)
        return std::nullopt;
    return Place{SystemTime(std::chrono::milliseconds(time)), std::string(text.substr(colon + 1))};
}

std::string sealPlace(const std::string &id)
{
    return "invitation:" + id;
}

/// What the audit log tells of it: never its token.
std::string noted(const InvitationRow &row)
{
    json::object state{{"id", row.id}, {"role", row.role}, {"uses", row.uses}, {"uses_left", row.usesLeft}, {"note", row.note}};
    state["expires_at"] = auditTime(row.expiresAt);
    return json::serialize(state);
}

bool hasControlCharacter(const std::string &text)
{
    return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::optional<Error> refusalOf(const Invitations::Wish &wish)
{
    if (wish.uses > Invitations::kMostUses)
        return fail(ErrorCode::InvalidArgument, "An invitation is for 1 to 100 people.", "uses");
    if (wish.lifetime < std::chrono::seconds(0) || wish.lifetime > Invitations::kLongestLifetime)
        return fail(ErrorCode::InvalidArgument, "An invitation is good for 90 days at most.", "expires_in_seconds");
    if (wish.note.size() > Invitations::kMostNoteBytes || hasControlCharacter(wish.note))
        return fail(ErrorCode::InvalidArgument, "A note is one line of 200 bytes at most.", "note");
    return std::nullopt;
}

bool mayGiveRoleOf(const Actor &actor, const InvitationRow &row)
{
    const auto role = roleOf(row.role);
    return role && mayHandle(actor.role, *role);
}

} // namespace

std::string_view invitationState(const InvitationRow &row, SystemTime now)
{
    if (row.revokedAt)
        return "revoked";
    if (row.usesLeft <= 0)
        return "used_up";
    return now < row.expiresAt ? "open" : "expired";
}

Result<std::optional<InvitationRow>> goodInvitation(Transaction &tx, const std::string &tokenHash, SystemTime now)
{
    auto found = store::findInvitationByToken(tx, tokenHash);
    if (!found || !*found)
        return found;
    const InvitationRow &row = **found;
    if (!row.isOpen(now))
        return std::optional<InvitationRow>();
    if (row.madeBy.empty())
        return found;
    const auto maker = store::findUser(tx, row.madeBy);
    if (!maker)
        return maker.error();
    if (!*maker || userState(**maker, now) != "active")
        return std::optional<InvitationRow>();
    const auto role = roleOf((*maker)->role);
    if (!role || !mayGiveRoleOf(Actor{*role, row.madeBy}, row))
        return std::optional<InvitationRow>();
    return found;
}

Result<Invitations::Invitation> Invitations::completed(Transaction &tx, InvitationRow row, const Actor &actor, SystemTime now) const
{
    Invitation invitation;
    if (row.usesLeft < row.uses) {
        auto uses = store::listInvitationUses(tx, row.id);
        if (!uses)
            return uses.error();
        invitation.usedBy = std::move(*uses);
    }
    // Who could read the link of an admin's could become one by it.
    if (row.isOpen(now) && !row.sealedToken.empty() && mayGiveRoleOf(actor, row)) {
        auto token = m_seal.open(row.sealedToken, sealPlace(row.id));
        if (token)
            invitation.token = std::move(*token);
    }
    invitation.row = std::move(row);
    return invitation;
}

Task<Result<Invitations::Invitation>> Invitations::create(Wish wish, Actor actor, SystemTime now)
{
    if (auto refusal = refusalOf(wish))
        co_return Result<Invitation>(std::move(*refusal));
    const auto role = wish.role.empty() ? std::optional<Role>(Role::User) : roleOf(wish.role);
    if (!role)
        co_return Result<Invitation>(fail(ErrorCode::InvalidArgument, "The roles are \"user\", \"admin\" and \"root\".", "role"));
    if (!mayHandle(actor.role, *role))
        co_return Result<Invitation>(fail(ErrorCode::PermissionDenied, "Only a root makes an admin or a root.", "role"));

    Invitation made;
    made.token = randomText(kTokenCharacters);
    InvitationRow &row = made.row;
    row.id = "i" + randomText(11);
    row.tokenHash = secretHash(made.token);
    row.madeBy = actor.userId;
    row.role = roleName(*role);
    row.note = wish.note;
    row.uses = row.usesLeft = wish.uses == 0 ? 1 : static_cast<int>(wish.uses);
    row.createdAt = now;
    row.expiresAt = now + (wish.lifetime.count() == 0 ? kUsualLifetime : wish.lifetime);
    auto sealed = m_seal.seal(made.token, sealPlace(row.id));
    if (!sealed)
        co_return Result<Invitation>(sealed.error());
    row.sealedToken = std::move(*sealed);

    std::function<Result<InvitationRow>(Transaction &)> job = [row = made.row, now](Transaction &tx) -> Result<InvitationRow> {
        const auto open = store::countOpenInvitations(tx, row.madeBy, now);
        if (!open)
            return open.error();
        if (*open >= kMostOpen)
            return fail(ErrorCode::FailedPrecondition, "There are 100 open invitations of yours already. Revoke one that is not needed.");
        if (auto r = store::deleteEndedInvitations(tx, row.madeBy, now, kMostEnded); !r)
            return r.error();
        if (auto r = store::insertInvitation(tx, row); !r)
            return r.error();
        auto stored = store::findInvitation(tx, row.id); // with the name of who made it
        if (!stored)
            return stored.error();
        if (!*stored)
            return fail(ErrorCode::Internal, "The invitation was not stored.");
        return std::move(**stored);
    };
    auto stored = co_await m_store.write<InvitationRow>(std::move(job));
    if (!stored)
        co_return Result<Invitation>(stored.error());
    made.row = std::move(*stored);
    if (actor.note) {
        actor.note->subject = made.row.id;
        actor.note->after = noted(made.row);
    }
    co_return Result<Invitation>(std::move(made));
}

Task<Result<Invitations::Page>> Invitations::list(std::uint32_t size, std::string pageToken, Actor actor, SystemTime now)
{
    if (size > kMostPage)
        co_return Result<Page>(fail(ErrorCode::InvalidArgument, "A page has 1 to 100 invitations.", "page_size"));
    const auto place = placeOf(pageToken);
    if (!place)
        co_return Result<Page>(fail(ErrorCode::InvalidArgument, "This page token is not one that was given out.", "page_token"));
    const std::size_t limit = size == 0 ? kUsualPage : size;
    std::function<Result<Page>(Transaction &)> job = [this, place = *place, limit, actor, now](Transaction &tx) -> Result<Page> {
        // One more tells whether there is a next page.
        auto rows = store::listInvitations(tx, place.time, place.id, static_cast<int>(limit) + 1);
        if (!rows)
            return rows.error();
        Page page;
        if (rows->size() > limit) {
            rows->resize(limit);
            page.nextToken = tokenOf(rows->back());
        }
        for (InvitationRow &row : *rows) {
            auto invitation = completed(tx, std::move(row), actor, now);
            if (!invitation)
                return invitation.error();
            page.invitations.push_back(std::move(*invitation));
        }
        return page;
    };
    co_return co_await m_store.read<Page>(std::move(job));
}

Task<Result<Invitations::Invitation>> Invitations::revoke(std::string id, Actor actor, SystemTime now)
{
    std::function<Result<Invitation>(Transaction &)> job = [this, id, actor, now](Transaction &tx) -> Result<Invitation> {
        auto found = store::findInvitation(tx, id);
        if (!found)
            return found.error();
        if (!*found)
            return fail(ErrorCode::NotFound, "There is no invitation with this id.", "id");
        InvitationRow row = std::move(**found);
        const bool isOwn = !actor.userId.empty() && row.madeBy == actor.userId;
        if (!isOwn && !mayGiveRoleOf(actor, row))
            return fail(ErrorCode::PermissionDenied, "Only a root revokes an invitation of an admin or a root.", "id");
        if (row.isOpen(now)) {
            if (auto r = store::revokeInvitation(tx, row.id, now); !r)
                return r.error();
            row.revokedAt = now;
        }
        return completed(tx, std::move(row), actor, now);
    };
    auto revoked = co_await m_store.write<Invitation>(std::move(job));
    if (revoked && actor.note)
        actor.note->before = noted(revoked->row);
    co_return revoked;
}

Task<Result<int>> Invitations::sweep(SystemTime now)
{
    std::function<Result<int>(Transaction &)> job = [now](Transaction &tx) {
        return store::deleteInvitationsExpiredBefore(tx, now - kKeptFor);
    };
    co_return co_await m_store.write<int>(std::move(job));
}

} // namespace matinee::accounts
