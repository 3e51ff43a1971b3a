#include "common/opaque/key_stretching.h"

#include <sodium.h>

namespace matinee::opaque {

Result<Secret<kHashSize>, OpaqueError> KeyStretching::stretch(const Secret<kHashSize> &input) const
{
    if (!m_cost)
        return input.clone();
    static const bool ready = sodium_init() >= 0; // it chooses the fastest Argon2 that the processor can do
    (void)ready;
    constexpr std::array<std::uint8_t, crypto_pwhash_argon2id_SALTBYTES> salt{};
    Secret<kHashSize> output;
    if (crypto_pwhash_argon2id(output.bytes().data(), kHashSize, reinterpret_cast<const char *>(input.bytes().data()), kHashSize,
                               salt.data(), m_cost->iterations, std::size_t{m_cost->memoryKib} * 1024,
                               crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
        return OpaqueError::NoMemory;
    return output;
}

} // namespace matinee::opaque
