// What makes a server this server: its key pair, the seed of the oblivious function's keys, and the seed of the stand-ins that answer for
// accounts that do not exist. Whoever loses it loses all passwords; whoever steals it, with the records, may guess them one by one.
// Constant after construction; any thread.
#pragma once

#include "common/opaque/messages.h"

#include <vector>

namespace matinee::opaque {

/// What a login is checked against: an account's record, or a stand-in that nothing tells from one.
struct Credential
{
    std::vector<std::uint8_t>
        identifier; ///< The account's id, at most kMaxCredentialIdentifierSize bytes. Never changes while the record is used.
    std::array<std::uint8_t, RegistrationRecord::kSize> record;
    bool exists = true;
};

class ServerSetup
{
public:
    /// Version 1: version, private key, seed of the function, seed of the stand-ins, and eight bytes that tell a damaged copy.
    static constexpr std::size_t kSize = 1 + kScalarSize + kHashSize + kHashSize + 8;

    [[nodiscard]] static ServerSetup generate(Randomness &randomness = systemRandomness());
    [[nodiscard]] static ServerSetup fromKeys(Scalar privateKey, Secret<kHashSize> oprfSeed, Secret<kHashSize> standInSeed);
    /// Malformed: another length or version, damaged, or a key that is none.
    [[nodiscard]] static Result<ServerSetup, OpaqueError> parse(Bytes bytes);
    [[nodiscard]] Secret<kSize> serialise() const;

    [[nodiscard]] const Element &publicKey() const { return m_keys.publicKey; }
    [[nodiscard]] const Scalar &privateKey() const { return m_keys.privateKey; }
    [[nodiscard]] const Secret<kHashSize> &oprfSeed() const { return m_oprfSeed; }

    /// `stored` as it is, or, where there is none, the stand-in for the name that somebody signs in with (in its one form: normalised,
    /// lower case). The same name has the same stand-in each time, so asking twice tells nothing. The work is the same either way.
    [[nodiscard]] Credential credentialOr(Bytes signInName, const Credential *stored) const;

private:
    ServerSetup(KeyPair keys, Secret<kHashSize> oprfSeed, Secret<kHashSize> standInSeed);

    KeyPair m_keys;
    Secret<kHashSize> m_oprfSeed;
    Secret<kHashSize> m_standInSeed;
    std::array<std::uint8_t, RegistrationRecord::kSize> m_standInRecord{};
};

} // namespace matinee::opaque
