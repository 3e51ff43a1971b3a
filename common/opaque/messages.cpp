#include "common/opaque/messages.h"

#include <algorithm>

namespace matinee::opaque {

namespace {

/// Takes a message apart from its beginning; the length was checked before.
class Reader
{
public:
    explicit Reader(Bytes bytes) : m_rest(bytes) {}

    template <std::size_t N> std::array<std::uint8_t, N> take()
    {
        std::array<std::uint8_t, N> out;
        std::copy_n(m_rest.begin(), N, out.begin());
        m_rest = m_rest.subspan(N);
        return out;
    }
    template <std::size_t N> Secret<N> takeSecret()
    {
        Secret<N> out(m_rest.first<N>());
        m_rest = m_rest.subspan(N);
        return out;
    }
    std::optional<Element> element()
    {
        const auto element = Element::parse(m_rest.first(kElementSize));
        m_rest = m_rest.subspan(kElementSize);
        return element;
    }

private:
    Bytes m_rest;
};

template <std::size_t N> class Writer
{
public:
    Writer &add(Bytes bytes)
    {
        m_next = std::copy(bytes.begin(), bytes.end(), m_next);
        return *this;
    }
    std::array<std::uint8_t, N> bytes() const { return m_bytes; }

private:
    std::array<std::uint8_t, N> m_bytes{};
    typename std::array<std::uint8_t, N>::iterator m_next = m_bytes.begin();
};

} // namespace

Result<RegistrationRequest, OpaqueError> RegistrationRequest::parse(Bytes bytes)
{
    const auto blinded = Element::parse(bytes);
    if (!blinded)
        return OpaqueError::Malformed;
    return RegistrationRequest{*blinded};
}

std::array<std::uint8_t, RegistrationRequest::kSize> RegistrationRequest::serialise() const
{
    return Writer<kSize>().add(blinded.bytes()).bytes();
}

Result<RegistrationResponse, OpaqueError> RegistrationResponse::parse(Bytes bytes)
{
    if (bytes.size() != kSize)
        return OpaqueError::Malformed;
    Reader reader(bytes);
    const auto evaluated = reader.element();
    const auto serverPublicKey = reader.element();
    if (!evaluated || !serverPublicKey)
        return OpaqueError::Malformed;
    return RegistrationResponse{*evaluated, *serverPublicKey};
}

std::array<std::uint8_t, RegistrationResponse::kSize> RegistrationResponse::serialise() const
{
    return Writer<kSize>().add(evaluated.bytes()).add(serverPublicKey.bytes()).bytes();
}

Result<RegistrationRecord, OpaqueError> RegistrationRecord::parse(Bytes bytes)
{
    if (bytes.size() != kSize)
        return OpaqueError::Malformed;
    Reader reader(bytes);
    const auto clientPublicKey = reader.element();
    if (!clientPublicKey)
        return OpaqueError::Malformed;
    auto maskingKey = reader.takeSecret<kHashSize>();
    const auto nonce = reader.take<kNonceSize>();
    return RegistrationRecord{*clientPublicKey, std::move(maskingKey), Envelope{nonce, reader.take<kHashSize>()}};
}

std::array<std::uint8_t, RegistrationRecord::kSize> RegistrationRecord::serialise() const
{
    return Writer<kSize>().add(clientPublicKey.bytes()).add(maskingKey.bytes()).add(envelope.nonce).add(envelope.tag).bytes();
}

Result<LoginRequest, OpaqueError> LoginRequest::parse(Bytes bytes)
{
    if (bytes.size() != kSize)
        return OpaqueError::Malformed;
    Reader reader(bytes);
    const auto blinded = reader.element();
    const auto nonce = reader.take<kNonceSize>();
    const auto keyShare = reader.element();
    if (!blinded || !keyShare)
        return OpaqueError::Malformed;
    return LoginRequest{*blinded, nonce, *keyShare};
}

std::array<std::uint8_t, LoginRequest::kSize> LoginRequest::serialise() const
{
    return Writer<kSize>().add(blinded.bytes()).add(nonce).add(keyShare.bytes()).bytes();
}

std::array<std::uint8_t, CredentialResponse::kSize> CredentialResponse::serialise() const
{
    return Writer<kSize>().add(evaluated.bytes()).add(maskingNonce).add(maskedResponse).bytes();
}

Result<LoginResponse, OpaqueError> LoginResponse::parse(Bytes bytes)
{
    if (bytes.size() != kSize)
        return OpaqueError::Malformed;
    Reader reader(bytes);
    const auto evaluated = reader.element();
    const auto maskingNonce = reader.take<kNonceSize>();
    const auto maskedResponse = reader.take<kMaskedResponseSize>();
    const auto nonce = reader.take<kNonceSize>();
    const auto keyShare = reader.element();
    if (!evaluated || !keyShare)
        return OpaqueError::Malformed;
    return LoginResponse{CredentialResponse{*evaluated, maskingNonce, maskedResponse}, nonce, *keyShare, reader.take<kHashSize>()};
}

std::array<std::uint8_t, LoginResponse::kSize> LoginResponse::serialise() const
{
    return Writer<kSize>().add(credential.serialise()).add(nonce).add(keyShare.bytes()).add(serverMac).bytes();
}

Result<LoginFinish, OpaqueError> LoginFinish::parse(Bytes bytes)
{
    if (bytes.size() != kSize)
        return OpaqueError::Malformed;
    return LoginFinish{Reader(bytes).take<kHashSize>()};
}

} // namespace matinee::opaque
