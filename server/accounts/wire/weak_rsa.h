// RSA moduli that must not be trusted however long they are. Any thread.
#pragma once

#include "accounts/wire/bytes.h"

namespace matinee::accounts {

/// Whether the modulus bears the mark of the ROCA fault (CVE-2017-15361): smart cards and TPMs whose primes all have the form
/// k * M + (65537^a mod M), so that the modulus is a power of 65537 modulo each small prime. Such a modulus can be factored; another
/// one has the mark by chance with less than 2^-150.
[[nodiscard]] bool hasRocaMark(BytesView modulus);

} // namespace matinee::accounts
