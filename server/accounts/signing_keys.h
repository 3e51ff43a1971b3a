// The keys that sign access tokens and those of guests. They follow from jwt.secret until they are rotated; from then on they are random,
// and a text keeps them (server/app/signing_key_file.h). A value; randomness and `now` are passed in; any thread.
#pragma once

#include "accounts/wire/key_ring.h"

#include "common/protocol/result.h"

#include <string>
#include <string_view>

namespace matinee::accounts {

struct SigningKeys
{
    KeyRing access; ///< Of people: former keys verify for 15 minutes more.
    KeyRing guests; ///< Former keys verify for a day more, as long as such a token lives.

    /// As they are until the first rotation. `secret`: jwt.secret.
    static SigningKeys of(std::string_view secret);
    /// FailedPrecondition for what `serialised` did not write, and for keys that were rotated under another secret: who changes jwt.secret
    /// wants everything that was signed before to be worth nothing.
    static Result<SigningKeys> parse(std::string_view text, std::string_view secret);
    [[nodiscard]] std::string serialised(std::string_view secret) const; ///< A secret itself.

    struct Seeds
    {
        KeyRing::Seed access, guests;
    };
    /// New keys sign from now on. Keys whose time is over are forgotten.
    Result<void> rotate(const Seeds &random, KeyRing::Time now);
};

/// Whether `text` was written under another secret than this one.
[[nodiscard]] bool belongsToAnotherSecret(std::string_view text, std::string_view secret);

} // namespace matinee::accounts
