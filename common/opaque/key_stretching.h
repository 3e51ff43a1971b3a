// How the client makes each guess at a stolen record expensive: not at all (test vectors), or Argon2id (RFC 9106). A value.
#pragma once

#include "common/opaque/error.h"
#include "common/opaque/hashing.h"
#include "common/protocol/result.h"

#include <optional>

namespace matinee::opaque {

class KeyStretching
{
public:
    /// What our browsers, console and command line use: 3 passes over 64 MiB, one lane (libsodium has no more).
    [[nodiscard]] static KeyStretching standard() { return argon2id(3, 65536); }
    /// Argon2id version 1.3 with one lane; salt of 16 zero bytes, since the input is already secret and different for each account.
    /// At least one pass and 8 KiB, or stretch() says NoMemory.
    [[nodiscard]] static KeyStretching argon2id(std::uint32_t iterations, std::uint32_t memoryKib)
    {
        return KeyStretching(Cost{iterations, memoryKib});
    }
    [[nodiscard]] static KeyStretching identity() { return KeyStretching(std::nullopt); }

    /// A tenth of a second and 64 MiB with the standard cost: not for a thread that others wait for.
    [[nodiscard]] Result<Secret<kHashSize>, OpaqueError> stretch(const Secret<kHashSize> &input) const;

private:
    struct Cost
    {
        std::uint32_t iterations;
        std::uint32_t memoryKib;
    };
    explicit KeyStretching(std::optional<Cost> cost) : m_cost(cost) {}

    std::optional<Cost> m_cost;
};

} // namespace matinee::opaque
