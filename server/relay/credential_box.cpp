#include "relay/credential_box.h"

#include <sodium.h>

#include <vector>

namespace matinee::relay {

namespace {

constexpr std::string_view kVersion = "v1:";
constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

Error unreadable()
{
    return fail(ErrorCode::FailedPrecondition,
                "The stored address cannot be decrypted: security.credential_encryption_key is not the one with which it was stored. "
                "Bring that key back, or give the address again.");
}

} // namespace

CredentialBox::CredentialBox(std::string_view hexKey)
{
    static_assert(crypto_secretbox_KEYBYTES == 32);
    std::size_t size = 0;
    m_usable = sodium_init() >= 0 && hexKey.size() == m_key.size() * 2 &&
               sodium_hex2bin(m_key.data(), m_key.size(), hexKey.data(), hexKey.size(), nullptr, &size, nullptr) == 0 &&
               size == m_key.size();
}

Result<std::string> CredentialBox::seal(std::string_view text, std::string_view place) const
{
    if (!m_usable)
        return fail(ErrorCode::FailedPrecondition, "There is no security.credential_encryption_key, so addresses cannot be stored.");
    // The place goes in first: secretbox knows no associated data.
    std::string plain = std::string(place) + "\n" + std::string(text);
    std::vector<unsigned char> box(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.size());
    randombytes_buf(box.data(), crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(box.data() + crypto_secretbox_NONCEBYTES, reinterpret_cast<const unsigned char *>(plain.data()), plain.size(),
                          box.data(), m_key.data());
    sodium_memzero(plain.data(), plain.size());
    std::string encoded(sodium_base64_encoded_len(box.size(), kVariant), '\0');
    sodium_bin2base64(encoded.data(), encoded.size(), box.data(), box.size(), kVariant);
    encoded.resize(encoded.find('\0'));
    return std::string(kVersion) + encoded;
}

Result<std::string> CredentialBox::open(std::string_view sealed, std::string_view place) const
{
    if (!m_usable || !sealed.starts_with(kVersion))
        return unreadable();
    const auto encoded = sealed.substr(kVersion.size());
    if (encoded.empty())
        return unreadable();
    std::vector<unsigned char> box(encoded.size());
    std::size_t size = 0;
    constexpr std::size_t kOverhead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    if (sodium_base642bin(box.data(), box.size(), encoded.data(), encoded.size(), nullptr, &size, nullptr, kVariant) != 0 ||
        size < kOverhead)
        return unreadable();
    std::string plain(size - kOverhead, '\0');
    if (crypto_secretbox_open_easy(reinterpret_cast<unsigned char *>(plain.data()), box.data() + crypto_secretbox_NONCEBYTES,
                                   size - crypto_secretbox_NONCEBYTES, box.data(), m_key.data()) != 0)
        return unreadable();
    if (!plain.starts_with(std::string(place) + "\n"))
        return unreadable();
    return plain.substr(place.size() + 1);
}

} // namespace matinee::relay
