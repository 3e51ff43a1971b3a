// Invitations: links by which people sign up without review, each for so many of them, until a day, with a role. Whoever may manage
// accounts makes them, sees who came by them and takes them back. Owned by app; its Tasks may be awaited on any worker.
#pragma once

#include "accounts/one_time_codes.h"
#include "accounts/people.h"
#include "store/invitations.h"

namespace matinee::accounts {

/// "open", "used_up", "expired" or "revoked"
[[nodiscard]] std::string_view invitationState(const store::InvitationRow &row, SystemTime now);

class Invitations
{
public:
    static constexpr std::uint32_t kMostUses = 100;
    static constexpr std::chrono::seconds kUsualLifetime{86400};
    static constexpr std::chrono::seconds kLongestLifetime{90 * 86400};
    static constexpr std::size_t kMostNoteBytes = 200;
    static constexpr int kMostOpen = 100;            ///< Of one person, that are still good.
    static constexpr int kMostEnded = 1000;          ///< Of one person, that are not; older ones are forgotten.
    static constexpr std::chrono::days kKeptFor{90}; ///< After its end, for who wants to know who came by it.
    static constexpr std::uint32_t kMostPage = 100;

    /// `seal` keeps the tokens, so that a link can be copied again.
    Invitations(store::Store &store, SecretSeal seal) : m_store(store), m_seal(std::move(seal)) {}
    Invitations(const Invitations &) = delete;
    Invitations &operator=(const Invitations &) = delete;

    struct Wish
    {
        std::uint32_t uses = 0;           ///< 1 to kMostUses; 0 means 1.
        std::chrono::seconds lifetime{0}; ///< At most kLongestLifetime; 0 means kUsualLifetime.
        std::string role{};               ///< "" means "user".
        std::string note{};               ///< For those who run the server.
    };
    struct Invitation
    {
        store::InvitationRow row;
        std::vector<store::InvitationUse> usedBy;
        /// "" where it is good no more, for who may not give its role, and where it cannot be opened (another key, or from before).
        std::string token;
    };
    /// InvalidArgument for what is out of range; PermissionDenied for a role above the actor's (roles.h); FailedPrecondition at kMostOpen.
    /// An actor who is no person makes one of the server's own.
    Task<Result<Invitation>> create(Wish wish, Actor actor, SystemTime now);

    struct Page
    {
        std::vector<Invitation> invitations; ///< Newest first, those that are good no more among them.
        std::string nextToken;               ///< "" at the end.
    };
    /// `size`: 1 to 100; 0 means 50. InvalidArgument, field "page_token" or "page_size".
    Task<Result<Page>> list(std::uint32_t size, std::string pageToken, Actor actor, SystemTime now);
    /// Nobody comes by it any more; who has, stays. One that is good no more stays as it is. NotFound; PermissionDenied for a role above
    /// the actor's, unless it is one's own.
    Task<Result<Invitation>> revoke(std::string id, Actor actor, SystemTime now);
    /// Forgets those that ended longer ago than kKeptFor; how many.
    Task<Result<int>> sweep(SystemTime now);

private:
    Result<Invitation> completed(store::Transaction &tx, store::InvitationRow row, const Actor &actor, SystemTime now) const;

    store::Store &m_store;
    const SecretSeal m_seal;
};

/// Of the link with this token, within a sign-up. Nothing where there is none that is good: used up, over, revoked, or made by somebody who
/// may sign in no more or could not give its role now.
Result<std::optional<store::InvitationRow>> goodInvitation(store::Transaction &tx, const std::string &tokenHash, SystemTime now);

} // namespace matinee::accounts
