// JSON Web Signatures in the compact form (RFC 7515), and that form only. Any thread.
#pragma once

#include "accounts/wire/key_set.h"
#include "accounts/wire/strict_json.h"
#include "accounts/wire/token_fault.h"

#include <optional>
#include <string>
#include <string_view>

namespace matinee::accounts {

struct VerifiedJws
{
    boost::json::object header;
    Bytes payload;
    NamedKey key; ///< Whose it is.
};

/// The header chooses a key by its name, and nothing else: the algorithm must be that of the key and one of `allowed`, keys and
/// addresses of keys within a header are not looked at. The payload is decoded after the signature was found good. `limits`: bytes of
/// the token, depth of its header.
[[nodiscard]] Result<VerifiedJws, TokenFault> verifyJws(std::string_view token, const KeySet &keys, AlgorithmSet allowed,
                                                        JsonLimits limits = {});

/// Header: `alg`, and `kid` and `typ` where they are not "". Nothing for a key without its private part.
[[nodiscard]] std::optional<std::string> signJws(const NamedKey &key, BytesView payload, std::string_view type = {});

} // namespace matinee::accounts
