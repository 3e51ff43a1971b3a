// The messages of RFC 9807, as they stand on the wire: fixed lengths, each group element checked when it is read.
// Values; any thread. `client.h` and `server.h` take and give the bytes, so most code needs only the sizes here.
#pragma once

#include "common/opaque/error.h"
#include "common/opaque/group.h"
#include "common/protocol/result.h"

namespace matinee::opaque {

inline constexpr std::size_t kNonceSize = 32;
inline constexpr std::size_t kEnvelopeSize = kNonceSize + kHashSize;
inline constexpr std::size_t kMaskedResponseSize = kElementSize + kEnvelopeSize;

using Nonce = std::array<std::uint8_t, kNonceSize>;
using Mac = std::array<std::uint8_t, kHashSize>;

struct RegistrationRequest
{
    static constexpr std::size_t kSize = kElementSize; // 32
    [[nodiscard]] static Result<RegistrationRequest, OpaqueError> parse(Bytes bytes);
    [[nodiscard]] std::array<std::uint8_t, kSize> serialise() const;

    Element blinded;
};

struct RegistrationResponse
{
    static constexpr std::size_t kSize = 2 * kElementSize; // 64
    [[nodiscard]] static Result<RegistrationResponse, OpaqueError> parse(Bytes bytes);
    [[nodiscard]] std::array<std::uint8_t, kSize> serialise() const;

    Element evaluated;
    Element serverPublicKey;
};

struct Envelope
{
    Nonce nonce;
    Mac tag;
};

/// What the client uploads at the end of registration, and the server keeps: RegistrationUpload, RegistrationRecord.
struct RegistrationRecord
{
    static constexpr std::size_t kSize = kElementSize + kHashSize + kEnvelopeSize; // 192
    [[nodiscard]] static Result<RegistrationRecord, OpaqueError> parse(Bytes bytes);
    [[nodiscard]] std::array<std::uint8_t, kSize> serialise() const;

    Element clientPublicKey;
    Secret<kHashSize> maskingKey;
    Envelope envelope;
};

/// KE1: CredentialRequest and AuthRequest.
struct LoginRequest
{
    static constexpr std::size_t kSize = kElementSize + kNonceSize + kElementSize; // 96
    [[nodiscard]] static Result<LoginRequest, OpaqueError> parse(Bytes bytes);
    [[nodiscard]] std::array<std::uint8_t, kSize> serialise() const;

    Element blinded;
    Nonce nonce;
    Element keyShare;
};

/// The part of KE2 that answers for the password, and that the transcript holds as it is: CredentialResponse.
struct CredentialResponse
{
    static constexpr std::size_t kSize = kElementSize + kNonceSize + kMaskedResponseSize; // 192
    [[nodiscard]] std::array<std::uint8_t, kSize> serialise() const;

    Element evaluated;
    Nonce maskingNonce;
    std::array<std::uint8_t, kMaskedResponseSize> maskedResponse;
};

/// KE2: CredentialResponse and AuthResponse.
struct LoginResponse
{
    static constexpr std::size_t kSize = CredentialResponse::kSize + kNonceSize + kElementSize + kHashSize; // 320
    [[nodiscard]] static Result<LoginResponse, OpaqueError> parse(Bytes bytes);
    [[nodiscard]] std::array<std::uint8_t, kSize> serialise() const;

    CredentialResponse credential;
    Nonce nonce;
    Element keyShare;
    Mac serverMac;
};

/// KE3.
struct LoginFinish
{
    static constexpr std::size_t kSize = kHashSize; // 64
    [[nodiscard]] static Result<LoginFinish, OpaqueError> parse(Bytes bytes);
    [[nodiscard]] std::array<std::uint8_t, kSize> serialise() const { return clientMac; }

    Mac clientMac;
};

} // namespace matinee::opaque
