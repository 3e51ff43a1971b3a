#include "common/opaque/secret.h"

#include <sodium.h>

namespace matinee::opaque {

void wipe(std::span<std::uint8_t> bytes) noexcept
{
    sodium_memzero(bytes.data(), bytes.size());
}

bool sameBytes(Bytes a, Bytes b) noexcept
{
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace matinee::opaque
