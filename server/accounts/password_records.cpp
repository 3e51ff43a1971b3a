#include "accounts/password_records.h"

#include "common/opaque/server.h"

#include <sodium.h>

namespace matinee::accounts {

namespace {

using Record = std::array<std::uint8_t, opaque::RegistrationRecord::kSize>;
constexpr std::size_t kDigits = 2 * opaque::RegistrationRecord::kSize;

} // namespace

std::optional<std::string> recordText(std::string_view upload)
{
    const auto record = opaque::acceptRecord(opaqueBytes(upload));
    if (!record)
        return std::nullopt;
    std::string text(kDigits + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), record->data(), record->size());
    text.resize(kDigits);
    return text;
}

opaque::Credential credentialFor(const opaque::ServerSetup &setup, std::string_view nameKey, const std::string &userId,
                                 const std::optional<std::string> &record)
{
    // Read in any case: an account that does not exist takes as long.
    static const std::string none(kDigits, '0');
    const std::string &text = record && record->size() == kDigits ? *record : none;
    opaque::Credential stored;
    stored.identifier.assign(userId.begin(), userId.end());
    std::size_t read = 0;
    const bool isHex = sodium_hex2bin(stored.record.data(), stored.record.size(), text.data(), text.size(), nullptr, &read, nullptr) == 0;
    const bool hasPassword = record && !userId.empty() && &text != &none && isHex && read == sizeof(Record);
    return setup.credentialOr(opaqueBytes(nameKey), hasPassword ? &stored : nullptr);
}

} // namespace matinee::accounts
