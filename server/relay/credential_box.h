// Addresses with keys in them, sealed for the database with security.credential_encryption_key (XSalsa20-Poly1305 of libsodium).
// A value that holds the key; any thread.
#pragma once

#include "common/protocol/result.h"

#include <array>
#include <string>
#include <string_view>

namespace matinee::relay {

class CredentialBox
{
public:
    /// 64 hexadecimal digits, as the setting's rule has checked; anything else opens and seals nothing.
    explicit CredentialBox(std::string_view hexKey);

    /// `place` says where the text belongs ("push:ID"): sealed for one place it does not open in another.
    [[nodiscard]] Result<std::string> seal(std::string_view text, std::string_view place) const;
    /// FailedPrecondition, with what to do, where the key is another one or the row was changed.
    [[nodiscard]] Result<std::string> open(std::string_view sealed, std::string_view place) const;

private:
    std::array<unsigned char, 32> m_key{};
    bool m_usable = false;
};

} // namespace matinee::relay
