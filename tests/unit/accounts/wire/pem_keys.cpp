#include "pem_keys.h"

#include "accounts/wire/openssl_owned.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <map>

namespace matinee::accounts {

namespace {

std::string textOf(BIO *bio)
{
    char *text = nullptr;
    const long size = BIO_get_mem_data(bio, &text);
    return {text, static_cast<std::size_t>(size)};
}

std::string pemOf(EVP_PKEY *key, const EVP_CIPHER *cipher = nullptr)
{
    const OwnedKey owned(key);
    const OwnedBio bio(BIO_new(BIO_s_mem()));
    char password[] = "secret";
    PEM_write_bio_PKCS8PrivateKey(bio.get(), key, cipher, cipher ? password : nullptr, cipher ? 6 : 0, nullptr, nullptr);
    return textOf(bio.get());
}

} // namespace

std::string rsaPem(unsigned bits)
{
    static std::map<unsigned, std::string> made;
    std::string &pem = made[bits];
    if (pem.empty())
        pem = pemOf(EVP_RSA_gen(bits));
    return pem;
}

std::string curvePem(const char *curve)
{
    return pemOf(EVP_EC_gen(curve));
}

std::string ed25519Pem()
{
    return pemOf(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}

std::string lockedPem()
{
    return pemOf(EVP_EC_gen("P-256"), EVP_aes_128_cbc());
}

std::string publicPem()
{
    const OwnedKey key(EVP_EC_gen("P-256"));
    const OwnedBio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PUBKEY(bio.get(), key.get());
    return textOf(bio.get());
}

} // namespace matinee::accounts
