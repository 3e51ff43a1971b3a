#include "accounts/wire/ecdsa_form.h"

#include "accounts/wire/openssl_owned.h"

namespace matinee::accounts {

namespace {

constexpr std::size_t kNumber = 32;

} // namespace

std::optional<Bytes> derOfRawEcdsa(BytesView raw)
{
    if (raw.size() != 2 * kNumber)
        return std::nullopt;
    const OwnedEcdsa signature(ECDSA_SIG_new());
    OwnedNumber r(BN_bin2bn(raw.data(), kNumber, nullptr));
    OwnedNumber s(BN_bin2bn(raw.data() + kNumber, kNumber, nullptr));
    if (!signature || !r || !s || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1)
        return std::nullopt;
    (void)r.release(); // the signature's now
    (void)s.release();
    const int size = i2d_ECDSA_SIG(signature.get(), nullptr);
    if (size <= 0)
        return std::nullopt;
    Bytes der(static_cast<std::size_t>(size));
    unsigned char *place = der.data();
    i2d_ECDSA_SIG(signature.get(), &place);
    return der;
}

std::optional<Bytes> rawOfDerEcdsa(BytesView der)
{
    const unsigned char *place = der.data();
    const OwnedEcdsa signature(d2i_ECDSA_SIG(nullptr, &place, static_cast<long>(der.size())));
    if (!signature || place != der.data() + der.size())
        return std::nullopt;
    Bytes raw(2 * kNumber);
    if (BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), raw.data(), kNumber) < 0 ||
        BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), raw.data() + kNumber, kNumber) < 0)
        return std::nullopt;
    return raw;
}

} // namespace matinee::accounts
