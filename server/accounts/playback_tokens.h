// Playback tokens: JSON Web Tokens (RFC 7519) signed with HMAC-SHA256, made by this server or by an operator's own program, with which
// anybody plays one private stream until they expire. A value; no clock: `now` is passed in. Any thread.
#pragma once

#include "accounts/wire/key_set.h"
#include "common/protocol/result.h"

#include <chrono>
#include <string>
#include <string_view>

namespace matinee::accounts {

enum class TokenRefusal
{
    Forged,      ///< Not a token of this key: malformed, another algorithm, a wrong signature, no `exp` or `sub`.
    Expired,     ///< `exp` has passed, or `nbf` has not come.
    OtherStream, ///< Good, for another `sub`.
};
[[nodiscard]] std::string_view tokenRefusalName(TokenRefusal refusal); ///< "other_stream": a metric label.

class PlaybackTokens
{
public:
    using Time = std::chrono::system_clock::time_point;
    static constexpr std::size_t kMaxBytes = 2048; ///< Longer ones are forged.

    /// `secret`: livestream.playback_secret; its characters, as they are, are the key. Empty: every token is forged.
    explicit PlaybackTokens(const std::string &secret);

    [[nodiscard]] std::string make(std::string_view stream, Time expiresAt) const;
    /// The signature is checked in constant time, and before the claims are read: nothing of a token that is not ours is believed.
    [[nodiscard]] Result<void, TokenRefusal> verify(std::string_view token, std::string_view stream, Time now) const;

private:
    KeySet m_keys; // one, or none; fixed at construction
};

} // namespace matinee::accounts
