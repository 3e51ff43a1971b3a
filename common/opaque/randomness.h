// Where random bytes come from: libsodium, or a test that wants the same ones each time.
#pragma once

#include <cstdint>
#include <span>

namespace matinee::opaque {

class Randomness
{
public:
    virtual ~Randomness() = default;
    virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

/// The system's, through libsodium. Any thread. Without a source of randomness the process ends rather than go on.
[[nodiscard]] Randomness &systemRandomness();

} // namespace matinee::opaque
