// An authenticator for tests: makes passkeys and answers challenges, rightly or in each wrong way that is asked for.
#pragma once

#include "accounts/wire/digest.h"
#include "accounts/wire/key.h"
#include "accounts/wire/webauthn.h"

#include <string>

namespace matinee::accounts {

/// CBOR, written by hand.
namespace cbor {
Bytes head(unsigned major, std::uint64_t argument);
Bytes number(std::int64_t value);
Bytes bytes(BytesView value);
Bytes text(std::string_view value);
Bytes map(std::initializer_list<Bytes> items); ///< Key, value, key, value, in the order that is given.
} // namespace cbor

Bytes joined(std::initializer_list<Bytes> parts);
Bytes coseOf(const Key &key);

struct Authenticator
{
    Key key = *Key::p256Private(Bytes(32, 7));
    std::string rpId = "example.org";
    std::string origin = "https://example.org";
    Bytes id = Bytes(16, 0xab);
    std::uint8_t flags = 0x05; ///< User present and verified.
    std::uint32_t count = 0;
    Bytes extensions = {};
    std::string clientDataMore = {}; ///< Members behind the usual ones.

    [[nodiscard]] Bytes clientData(std::string_view type, BytesView challenge) const;
    [[nodiscard]] Bytes data(bool withCredential) const;
    [[nodiscard]] RegistrationResponse create(BytesView challenge, bool selfAttested = false) const;
    [[nodiscard]] AssertionResponse get(BytesView challenge) const;
    [[nodiscard]] KnownPasskey known() const;
};

/// fmt, attStmt, authData
Bytes attestationObject(std::string_view format, const Bytes &statement, const Bytes &data);

} // namespace matinee::accounts
