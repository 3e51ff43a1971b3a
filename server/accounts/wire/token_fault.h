// Why a signed token is refused: for metrics, logs and tests. Who sent it learns no more than that it is not valid. Any thread.
#pragma once

#include <string_view>

namespace matinee::accounts {

enum class TokenFault
{
    TooLong,    ///< More bytes than the limit.
    Malformed,  ///< Not three parts of base64url, or its header is no JSON object, or has a member twice.
    Algorithm,  ///< `alg` is not among those allowed here, or not that of the key; "none" is one of these.
    Critical,   ///< It demands an extension (`crit`); we have none.
    UnknownKey, ///< No key of its `kid`, or one whose time is over.
    Signature,  ///< It was signed with another key, or changed since.
    Claims,     ///< What was signed is no JSON object, or a claim is of a wrong kind, or `exp` is missing.
    Type,       ///< `typ` is that of another use (RFC 8725, 3.11).
    Expired,    ///< `exp` has passed.
    NotYet,     ///< `nbf` or `iat` have not come.
    Issuer,     ///< `iss` is another one.
    Audience,   ///< `aud` does not name us.
    Subject,    ///< `sub` is another one.
};
[[nodiscard]] std::string_view tokenFaultName(TokenFault fault); ///< "unknown_key": a metric label.

} // namespace matinee::accounts
