#include "accounts/wire/digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sodium.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace matinee::accounts {

namespace {

struct FreeMac
{
    void operator()(EVP_MAC_CTX *context) const { EVP_MAC_CTX_free(context); }
};

} // namespace

Sha256 sha256(BytesView bytes)
{
    static EVP_MD *const hash = EVP_MD_fetch(nullptr, "SHA256", nullptr); // fetched once: a search through the providers
    Sha256 digest;
    if (!hash || EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, hash, nullptr) != 1)
        throw std::runtime_error("OpenSSL offers no SHA-256");
    return digest;
}

Bytes hmac(HmacHash hash, BytesView key, BytesView message)
{
    static EVP_MAC *const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    const std::unique_ptr<EVP_MAC_CTX, FreeMac> context(EVP_MAC_CTX_new(algorithm));
    std::string name = hash == HmacHash::Sha1 ? "SHA1" : "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0), OSSL_PARAM_construct_end()};
    static constexpr std::uint8_t none = 0; // a null key would mean the one from before
    Bytes code(EVP_MAX_MD_SIZE);
    std::size_t size = 0;
    if (!context || EVP_MAC_init(context.get(), key.empty() ? &none : key.data(), key.size(), parameters) != 1 ||
        EVP_MAC_update(context.get(), message.data(), message.size()) != 1 ||
        EVP_MAC_final(context.get(), code.data(), &size, code.size()) != 1)
        throw std::runtime_error("OpenSSL offers no HMAC with " + name);
    code.resize(size);
    return code;
}

bool equalInConstantTime(BytesView a, BytesView b)
{
    return a.size() == b.size() && (a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0);
}

} // namespace matinee::accounts
