// How a Key comes to be: numbers are checked here, once, so that a Key which exists is a sound one.
#include "accounts/wire/key.h"

#include "accounts/wire/openssl_owned.h"
#include "accounts/wire/weak_rsa.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sodium.h>

#include <algorithm>
#include <array>

namespace matinee::accounts {

namespace {

constexpr std::size_t kNumber = 32; // of P-256 and Ed25519
constexpr int kLeastRsaBits = 2048;
constexpr int kMostRsaBits = 4096; // verification is quadratic in it: a bound for what a stranger's key may cost
constexpr const char *kP256 = "prime256v1";

using SharedKey = std::shared_ptr<EVP_PKEY>;

SharedKey shared(EVP_PKEY *key)
{
    return {key, [](EVP_PKEY *last) { EVP_PKEY_free(last); }};
}

/// Null where OpenSSL refuses the parts, a point off its curve among them.
EVP_PKEY *fromParts(const char *kind, int selection, OSSL_PARAM_BLD *build)
{
    const OwnedParams parameters(OSSL_PARAM_BLD_to_param(build));
    const OwnedKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
    EVP_PKEY *key = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, selection, parameters.get()) != 1)
        ERR_clear_error(); // the queue is the thread's: TLS on it must not find our refusals
    return key;
}

std::optional<KeyFault> rsaFault(const BIGNUM *modulus, const BIGNUM *exponent)
{
    const int bits = BN_num_bits(modulus);
    if (bits < kLeastRsaBits || bits > kMostRsaBits)
        return KeyFault::Size;
    // e = 1 makes every message its own signature; one of more than 32 bits only costs time.
    if (!BN_is_odd(modulus) || !BN_is_odd(exponent) || BN_is_one(exponent) || BN_num_bits(exponent) > 32)
        return KeyFault::Number;
    Bytes bytes(static_cast<std::size_t>(BN_num_bytes(modulus)));
    BN_bn2bin(modulus, bytes.data());
    if (hasRocaMark(bytes))
        return KeyFault::Weak;
    return std::nullopt;
}

/// A program must not stop to ask for the password of a key.
int noPassword(char *, int, int, void *)
{
    return -1;
}

} // namespace

Result<Key, KeyFault> Key::hmac(BytesView secret)
{
    if (secret.empty())
        return KeyFault::Size;
    Key key(Algorithm::Hs256, nullptr, true);
    key.m_secret = std::shared_ptr<const Bytes>(new Bytes(copyOf(secret)), [](const Bytes *last) {
        sodium_memzero(const_cast<std::uint8_t *>(last->data()), last->size());
        delete last;
    });
    return key;
}

Result<Key, KeyFault> Key::p256(BytesView x, BytesView y)
{
    if (x.size() != kNumber || y.size() != kNumber)
        return KeyFault::Size;
    std::array<std::uint8_t, 1 + 2 * kNumber> point{POINT_CONVERSION_UNCOMPRESSED};
    std::copy(x.begin(), x.end(), point.begin() + 1);
    std::copy(y.begin(), y.end(), point.begin() + 1 + kNumber);
    const OwnedParamBuild build(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, kP256, 0);
    OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    EVP_PKEY *key = fromParts("EC", EVP_PKEY_PUBLIC_KEY, build.get());
    if (!key)
        return KeyFault::Point;
    return Key(Algorithm::Es256, shared(key), false);
}

Result<Key, KeyFault> Key::p256Private(BytesView number)
{
    if (number.size() != kNumber)
        return KeyFault::Size;
    const OwnedGroup group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    const OwnedNumber secret(BN_secure_new());
    if (!group || !secret || !BN_bin2bn(number.data(), kNumber, secret.get()))
        return KeyFault::Number;
    BN_set_flags(secret.get(), BN_FLG_CONSTTIME);
    if (BN_is_zero(secret.get()) || BN_cmp(secret.get(), EC_GROUP_get0_order(group.get())) >= 0)
        return KeyFault::Number;
    const OwnedPoint point(EC_POINT_new(group.get()));
    std::array<std::uint8_t, 1 + 2 * kNumber> encoded{};
    if (!point || EC_POINT_mul(group.get(), point.get(), secret.get(), nullptr, nullptr, nullptr) != 1 ||
        EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, encoded.data(), encoded.size(), nullptr) == 0)
        return KeyFault::Number;
    const OwnedParamBuild build(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, kP256, 0);
    OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, encoded.data(), encoded.size());
    OSSL_PARAM_BLD_push_BN_pad(build.get(), OSSL_PKEY_PARAM_PRIV_KEY, secret.get(), kNumber);
    EVP_PKEY *key = fromParts("EC", EVP_PKEY_KEYPAIR, build.get());
    if (!key)
        return KeyFault::Number;
    return Key(Algorithm::Es256, shared(key), true);
}

Result<Key, KeyFault> Key::ed25519(BytesView point)
{
    if (point.size() != kNumber)
        return KeyFault::Size;
    // RFC 8032 leaves it to the verifier: a point of small order verifies signatures that nobody made.
    if (crypto_core_ed25519_is_valid_point(point.data()) != 1)
        return KeyFault::Point;
    return Key(Algorithm::EdDsa, shared(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, point.data(), point.size())), false);
}

Result<Key, KeyFault> Key::ed25519Private(BytesView seed)
{
    if (seed.size() != kNumber)
        return KeyFault::Size;
    return Key(Algorithm::EdDsa, shared(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size())), true);
}

Result<Key, KeyFault> Key::rsa(BytesView modulus, BytesView exponent)
{
    if (modulus.size() > kMostRsaBits / 8 || exponent.size() > 8) // before anything is reckoned
        return KeyFault::Size;
    const OwnedNumber n(BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), nullptr));
    const OwnedNumber e(BN_bin2bn(exponent.data(), static_cast<int>(exponent.size()), nullptr));
    if (!n || !e)
        return KeyFault::Size;
    if (const auto fault = rsaFault(n.get(), e.get()))
        return *fault;
    const OwnedParamBuild build(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
    EVP_PKEY *key = fromParts("RSA", EVP_PKEY_PUBLIC_KEY, build.get());
    if (!key)
        return KeyFault::Number;
    return Key(Algorithm::Rs256, shared(key), false);
}

Result<Key, KeyFault> Key::privateFromPem(std::string_view pem)
{
    const OwnedBio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(std::min<std::size_t>(pem.size(), 64 * 1024))));
    const SharedKey key = shared(PEM_read_bio_PrivateKey(bio.get(), nullptr, noPassword, nullptr));
    ERR_clear_error();
    if (!key)
        return KeyFault::Unreadable;
    if (EVP_PKEY_is_a(key.get(), "ED25519"))
        return Key(Algorithm::EdDsa, key, true);
    if (EVP_PKEY_is_a(key.get(), "EC")) {
        std::array<char, 32> group{};
        std::size_t size = 0;
        if (EVP_PKEY_get_group_name(key.get(), group.data(), group.size(), &size) != 1 || std::string_view(group.data(), size) != kP256)
            return KeyFault::Kind;
        return Key(Algorithm::Es256, key, true);
    }
    if (!EVP_PKEY_is_a(key.get(), "RSA"))
        return KeyFault::Kind;
    const Key whole(Algorithm::Rs256, key, true);
    const Numbers numbers = whole.publicNumbers();
    if (const auto sound = rsa(numbers.first, numbers.second); !sound)
        return sound.error();
    return whole;
}

std::string_view keyFaultText(KeyFault fault)
{
    switch (fault) {
    case KeyFault::Size:
        return "The key has the wrong length; RSA keys have 2048 to 4096 bits, numbers of P-256 and Ed25519 have 32 bytes.";
    case KeyFault::Point:
        return "The point of the key is not on its curve, or of small order.";
    case KeyFault::Number:
        return "A number of the key is out of range.";
    case KeyFault::Weak:
        return "The RSA key was made by a chip with the ROCA fault (CVE-2017-15361) and can be broken: make a new one.";
    case KeyFault::Kind:
        return "The key is of a kind that is not used here; RSA, P-256 and Ed25519 are.";
    case KeyFault::Unreadable:
        return "The key is no private key in PEM, or it has a password: remove it with openssl pkey.";
    }
    return {};
}

} // namespace matinee::accounts
