#include "accounts/wire/authenticator_data.h"

#include "accounts/wire/cbor.h"
#include "accounts/wire/cose_key.h"

#include <algorithm>

namespace matinee::accounts {

namespace {

enum Flag : std::uint8_t // bits 1 and 5 are reserved, and may be anything
{
    kUserPresent = 0x01,
    kUserVerified = 0x04,
    kBackupEligible = 0x08,
    kBackedUp = 0x10,
    kAttested = 0x40,
    kExtensions = 0x80,
};
constexpr std::size_t kHeader = 32 + 1 + 4;
constexpr std::size_t kAaguid = 16;

/// Reads from the front of `rest`, which becomes shorter.
Result<AttestedCredential, WebAuthnFault> readCredential(BytesView &rest)
{
    if (rest.size() < kAaguid + 2)
        return WebAuthnFault::AuthenticatorData;
    const std::size_t length = static_cast<std::size_t>(rest[kAaguid]) << 8 | rest[kAaguid + 1];
    if (length == 0 || length > kLongestCredentialId)
        return WebAuthnFault::CredentialId;
    const BytesView aaguid = rest.first(kAaguid);
    rest = rest.subspan(kAaguid + 2);
    if (rest.size() < length)
        return WebAuthnFault::AuthenticatorData;
    const BytesView id = rest.first(length);
    rest = rest.subspan(length);
    const auto read = readCbor(rest, CborOrder::Ctap2);
    if (!read)
        return WebAuthnFault::PublicKey;
    auto key = keyOfCose(read->value);
    if (!key)
        return key.error();
    AttestedCredential credential{{}, copyOf(id), copyOf(rest.first(read->used)), std::move(*key)};
    std::copy(aaguid.begin(), aaguid.end(), credential.aaguid.begin());
    rest = rest.subspan(read->used);
    return credential;
}

/// They are the last: a map whose keys are names.
bool isExtensions(BytesView rest)
{
    const auto read = readCbor(rest, CborOrder::Ctap2);
    if (!read || read->used != rest.size() || read->value.kind != CborValue::Kind::Map)
        return false;
    const auto &items = read->value.items;
    for (std::size_t i = 0; i < items.size(); i += 2)
        if (items[i].kind != CborValue::Kind::Text)
            return false;
    return true;
}

} // namespace

Result<AuthenticatorData, WebAuthnFault> readAuthenticatorData(BytesView bytes)
{
    if (bytes.size() < kHeader)
        return WebAuthnFault::AuthenticatorData;
    AuthenticatorData data;
    std::copy(bytes.begin(), bytes.begin() + 32, data.rpIdHash.begin());
    const std::uint8_t flags = bytes[32];
    for (std::size_t i = 33; i < kHeader; ++i)
        data.signCount = data.signCount << 8 | bytes[i];
    data.userPresent = (flags & kUserPresent) != 0;
    data.userVerified = (flags & kUserVerified) != 0;
    data.backupEligible = (flags & kBackupEligible) != 0;
    data.backedUp = (flags & kBackedUp) != 0;
    if (data.backedUp && !data.backupEligible) // 6.1.3: there is no such state
        return WebAuthnFault::BackupFlags;

    BytesView rest = bytes.subspan(kHeader);
    if ((flags & kAttested) != 0) {
        auto credential = readCredential(rest);
        if (!credential)
            return credential.error();
        data.credential = std::move(*credential);
    }
    if ((flags & kExtensions) != 0 ? !isExtensions(rest) : !rest.empty())
        return WebAuthnFault::AuthenticatorData;
    return data;
}

} // namespace matinee::accounts
