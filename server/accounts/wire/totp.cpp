#include "accounts/wire/totp.h"

#include "accounts/wire/digest.h"

#include <algorithm>
#include <array>

namespace matinee::accounts {

namespace {

constexpr std::size_t kDigits = 6;
constexpr std::uint32_t kModulus = 1'000'000;
constexpr std::chrono::seconds kStep{30};

} // namespace

std::uint64_t totpStep(std::chrono::system_clock::time_point now)
{
    const auto steps = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()) / kStep;
    return static_cast<std::uint64_t>(std::max<std::int64_t>(steps, 0));
}

std::string totpCode(BytesView secret, std::uint64_t step)
{
    std::array<std::uint8_t, 8> counter{};
    for (std::size_t i = 0; i < counter.size(); ++i)
        counter[i] = static_cast<std::uint8_t>(step >> (56 - 8 * i));
    const Bytes code = hmac(HmacHash::Sha1, secret, counter);
    // RFC 4226, 5.3: where to look is in the last four bits.
    const std::size_t at = code.back() & 15U;
    const std::uint32_t number = (code[at] & 0x7fU) << 24 | static_cast<std::uint32_t>(code[at + 1]) << 16 |
                                 static_cast<std::uint32_t>(code[at + 2]) << 8 | code[at + 3];
    std::string digits = std::to_string(number % kModulus);
    return std::string(kDigits - digits.size(), '0') + digits;
}

std::optional<std::uint64_t> verifyTotp(BytesView secret, std::string_view code, std::chrono::system_clock::time_point now,
                                        std::optional<std::uint64_t> newestUsed)
{
    const std::uint64_t current = totpStep(now);
    const std::uint64_t first = current < kTotpDrift ? 0 : current - kTotpDrift;
    std::optional<std::uint64_t> found;
    for (std::uint64_t step = first; step <= current + kTotpDrift; ++step) { // all of them, whichever it is
        const bool same = equalInConstantTime(bytesOf(code), bytesOf(totpCode(secret, step)));
        if (same && (!newestUsed || step > *newestUsed) && !found)
            found = step;
    }
    return found;
}

} // namespace matinee::accounts
