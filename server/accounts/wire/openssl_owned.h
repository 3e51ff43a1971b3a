// Objects of OpenSSL that free themselves. For sources of this folder, not for headers.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <memory>

namespace matinee::accounts {

template <auto free> struct FreeWith
{
    template <class T> void operator()(T *object) const { free(object); }
};

using OwnedBio = std::unique_ptr<BIO, FreeWith<BIO_free>>;
using OwnedNumber = std::unique_ptr<BIGNUM, FreeWith<BN_clear_free>>;
using OwnedEcdsa = std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>>;
using OwnedGroup = std::unique_ptr<EC_GROUP, FreeWith<EC_GROUP_free>>;
using OwnedPoint = std::unique_ptr<EC_POINT, FreeWith<EC_POINT_free>>;
using OwnedKey = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using OwnedKeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;
using OwnedDigestContext = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using OwnedParamBuild = std::unique_ptr<OSSL_PARAM_BLD, FreeWith<OSSL_PARAM_BLD_free>>;
using OwnedParams = std::unique_ptr<OSSL_PARAM, FreeWith<OSSL_PARAM_free>>;

} // namespace matinee::accounts
