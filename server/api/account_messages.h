// People, their sessions and tokens as messages, and the other way round: who makes a call. Pure but for `now`; any thread.
#pragma once

#include "accounts/people.h"
#include "accounts/sessions.h"

#include "common/protocol/caller.h"

#include "matinee/v1/accounts.pb.h"

namespace matinee::api {

[[nodiscard]] v1::User describeUser(const store::UserRow &row, accounts::SystemTime now);
[[nodiscard]] v1::Session describeSession(const store::SessionRow &row, const std::string &currentId);
[[nodiscard]] v1::SessionTokens describeTokens(const accounts::SessionTokens &tokens);
[[nodiscard]] v1::SignInResponse describeOutcome(const accounts::SignInOutcome &outcome, accounts::SystemTime now);

/// Of a caller who is a person; times are left out.
[[nodiscard]] accounts::Person personOf(const Caller &caller);
[[nodiscard]] accounts::Actor actorOf(const Caller &caller);
[[nodiscard]] accounts::SessionOrigin originOf(const Caller &caller);

} // namespace matinee::api
