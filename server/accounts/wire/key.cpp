#include "accounts/wire/key.h"

#include "accounts/wire/digest.h"
#include "accounts/wire/openssl_owned.h"

#include <openssl/core_names.h>
#include <openssl/err.h>

namespace matinee::accounts {

namespace {

/// Ed25519 hashes by itself; the others sign the SHA-256 of the message.
const char *hashOf(Algorithm algorithm)
{
    return algorithm == Algorithm::EdDsa ? nullptr : "SHA256";
}

Bytes numberOf(const EVP_PKEY *key, const char *name, int size)
{
    BIGNUM *number = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &number) != 1)
        return {};
    const OwnedNumber owned(number);
    Bytes bytes(static_cast<std::size_t>(size > 0 ? size : BN_num_bytes(number)));
    BN_bn2binpad(number, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
}

} // namespace

bool Key::verify(BytesView message, BytesView signature, EcdsaForm form) const
{
    if (m_algorithm == Algorithm::Hs256)
        return equalInConstantTime(signature, accounts::hmac(HmacHash::Sha256, *m_secret, message));
    Bytes der;
    if (m_algorithm == Algorithm::Es256 && form == EcdsaForm::Raw) {
        auto converted = derOfRawEcdsa(signature);
        if (!converted)
            return false;
        der = std::move(*converted);
        signature = der;
    }
    const OwnedDigestContext context(EVP_MD_CTX_new());
    const bool good = context &&
                      EVP_DigestVerifyInit_ex(context.get(), nullptr, hashOf(m_algorithm), nullptr, nullptr, m_key.get(), nullptr) == 1 &&
                      EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
    if (!good)
        ERR_clear_error();
    return good;
}

std::optional<Bytes> Key::sign(BytesView message, EcdsaForm form) const
{
    if (!m_canSign)
        return std::nullopt;
    if (m_algorithm == Algorithm::Hs256)
        return accounts::hmac(HmacHash::Sha256, *m_secret, message);
    const OwnedDigestContext context(EVP_MD_CTX_new());
    std::size_t size = 0;
    if (!context || EVP_DigestSignInit_ex(context.get(), nullptr, hashOf(m_algorithm), nullptr, nullptr, m_key.get(), nullptr) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) != 1)
        return std::nullopt;
    Bytes signature(size);
    if (EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) != 1)
        return std::nullopt;
    signature.resize(size);
    if (m_algorithm == Algorithm::Es256 && form == EcdsaForm::Raw)
        return rawOfDerEcdsa(signature);
    return signature;
}

Key::Numbers Key::publicNumbers() const
{
    Numbers numbers;
    switch (m_algorithm) {
    case Algorithm::Hs256:
        break;
    case Algorithm::Es256:
        numbers = {numberOf(m_key.get(), OSSL_PKEY_PARAM_EC_PUB_X, 32), numberOf(m_key.get(), OSSL_PKEY_PARAM_EC_PUB_Y, 32)};
        break;
    case Algorithm::EdDsa: {
        std::size_t size = 32;
        numbers.first.resize(size);
        EVP_PKEY_get_raw_public_key(m_key.get(), numbers.first.data(), &size);
        break;
    }
    case Algorithm::Rs256:
        numbers = {numberOf(m_key.get(), OSSL_PKEY_PARAM_RSA_N, 0), numberOf(m_key.get(), OSSL_PKEY_PARAM_RSA_E, 0)};
        break;
    }
    return numbers;
}

} // namespace matinee::accounts
