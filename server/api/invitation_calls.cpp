#include "api/invitation_calls.h"

#include "api/account_messages.h"
#include "api/timestamps.h"

namespace matinee::api {

namespace {

using accounts::Invitations;
using WebAddress = std::function<std::string()>;

accounts::SystemTime now()
{
    return std::chrono::system_clock::now();
}

v1::Invitation describeInvitation(const Invitations::Invitation &invitation, const WebAddress &webAddress)
{
    const store::InvitationRow &row = invitation.row;
    v1::Invitation message;
    message.set_id(row.id);
    if (!invitation.token.empty())
        message.set_address(webAddress() + "/sign-up#" + invitation.token);
    *message.mutable_expires_at() = toTimestamp(row.expiresAt);
    message.set_state(std::string(accounts::invitationState(row, now())));
    message.set_role(row.role);
    message.set_note(row.note);
    message.set_uses(static_cast<std::uint32_t>(row.uses));
    message.set_uses_left(static_cast<std::uint32_t>(row.usesLeft));
    *message.mutable_created_at() = toTimestamp(row.createdAt);
    message.set_made_by(row.makerName);
    for (const store::InvitationUse &use : invitation.usedBy) {
        v1::InvitationUse *used = message.add_used_by();
        used->set_user_id(use.userId);
        used->set_name(use.name);
        *used->mutable_used_at() = toTimestamp(use.usedAt);
    }
    return message;
}

/// A key that is somebody's invites for its owner.
accounts::Actor inviterOf(const Caller &caller)
{
    accounts::Actor actor = actorOf(caller);
    if (actor.userId.empty())
        actor.userId = caller.ownerId;
    return actor;
}

Task<Result<v1::Invitation>> createInvitation(Invitations &invitations, WebAddress webAddress, const Caller &caller,
                                              const v1::CreateInvitationRequest &request)
{
    Invitations::Wish wish;
    wish.uses = request.uses();
    wish.lifetime = std::chrono::seconds(request.expires_in_seconds());
    wish.role = request.role();
    wish.note = request.note();
    const Result<Invitations::Invitation> made = co_await invitations.create(std::move(wish), inviterOf(caller), now());
    if (!made)
        co_return made.error();
    co_return describeInvitation(*made, webAddress);
}

Task<Result<v1::ListInvitationsResponse>> listInvitations(Invitations &invitations, WebAddress webAddress, const Caller &caller,
                                                          const v1::ListInvitationsRequest &request)
{
    const Result<Invitations::Page> page = co_await invitations.list(request.page_size(), request.page_token(), inviterOf(caller), now());
    if (!page)
        co_return page.error();
    v1::ListInvitationsResponse answer;
    for (const Invitations::Invitation &invitation : page->invitations)
        *answer.add_invitations() = describeInvitation(invitation, webAddress);
    answer.set_next_page_token(page->nextToken);
    co_return answer;
}

Task<Result<v1::Invitation>> revokeInvitation(Invitations &invitations, WebAddress webAddress, const Caller &caller,
                                              const v1::RevokeInvitationRequest &request)
{
    const Result<Invitations::Invitation> revoked = co_await invitations.revoke(request.id(), inviterOf(caller), now());
    if (!revoked)
        co_return revoked.error();
    co_return describeInvitation(*revoked, webAddress);
}

} // namespace

void handleInvitationCalls(Dispatcher &dispatcher, Invitations &invitations, WebAddress webAddress)
{
    dispatcher.handle<v1::CreateInvitationRequest, v1::Invitation>(
        "matinee.v1.InvitationService/CreateInvitation",
        [&invitations, webAddress](const Caller &caller, const v1::CreateInvitationRequest &request) {
            return createInvitation(invitations, webAddress, caller, request);
        });
    dispatcher.handle<v1::ListInvitationsRequest, v1::ListInvitationsResponse>(
        "matinee.v1.InvitationService/ListInvitations",
        [&invitations, webAddress](const Caller &caller, const v1::ListInvitationsRequest &request) {
            return listInvitations(invitations, webAddress, caller, request);
        });
    dispatcher.handle<v1::RevokeInvitationRequest, v1::Invitation>(
        "matinee.v1.InvitationService/RevokeInvitation",
        [&invitations, webAddress](const Caller &caller, const v1::RevokeInvitationRequest &request) {
            return revokeInvitation(invitations, webAddress, caller, request);
        });
}

} // namespace matinee::api
