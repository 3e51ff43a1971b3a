#include "common/opaque/randomness.h"

#include <sodium.h>

#include <cstdlib>

namespace matinee::opaque {

namespace {

class SystemRandomness final : public Randomness
{
public:
    SystemRandomness()
    {
        if (sodium_init() < 0)
            std::abort();
    }
    void fill(std::span<std::uint8_t> bytes) override
    {
        if (!bytes.empty())
            randombytes_buf(bytes.data(), bytes.size());
    }
};

} // namespace

Randomness &systemRandomness()
{
    static SystemRandomness randomness;
    return randomness;
}

} // namespace matinee::opaque
