// What a sign-in by another service does to the database, each within one transaction. Any thread of the database.
#pragma once

#include "accounts/oauth2/exchange.h"
#include "accounts/sessions.h"
#include "store/identities.h"

namespace matinee::accounts::oauth2 {

inline constexpr std::size_t kMostIdentities = 20; ///< Of one person.

/// Whether there is another way into the account than identities: a password, a passkey.
using HasOtherWayIn = std::function<Result<bool>(store::Transaction &, const store::UserRow &)>;

[[nodiscard]] store::IdentityRow identityRow(const Provider &provider, const RemotePerson &person, SystemTime now);

struct SignedIn
{
    Sessions::Begun begun;
    bool isNew = false; ///< The account was made.
};
/// Begins a session of whom the identity belongs to. Where it is nobody's: makes an account if the provider may, else PermissionDenied.
/// `isReviewed`: a new account waits until it was let in.
Result<SignedIn> signInIn(store::Transaction &tx, const Sessions &sessions, const Provider &provider, const RemotePerson &person,
                          const std::string &language, bool isReviewed, const SessionOrigin &origin, SystemTime now);

/// AlreadyExists where it is somebody else's; FailedPrecondition at kMostIdentities.
Result<store::UserRow> linkIn(store::Transaction &tx, const Provider &provider, const RemotePerson &person, const std::string &userId,
                              SystemTime now);

/// By which an identity is named to people; no secret.
[[nodiscard]] std::string identityId(const store::IdentityRow &row);

/// NotFound; FailedPrecondition where nothing else would lead into the account: no other way, and no identity of one of `usable`, which are
/// those by which people sign in here now.
Result<void> unlinkIn(store::Transaction &tx, const std::string &userId, const std::string &id, const std::vector<std::string> &usable,
                      const HasOtherWayIn &hasOtherWayIn);

} // namespace matinee::accounts::oauth2
