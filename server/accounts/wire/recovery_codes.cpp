#include "accounts/wire/recovery_codes.h"

#include "accounts/wire/digest.h"

namespace matinee::accounts {

namespace {

constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"; // Crockford's
constexpr std::size_t kCharacters = kRecoveryCodeBytes * 8 / 5;
constexpr std::size_t kLongest = 64; // as typed, with what does not count

char asMeant(char c)
{
    if (c >= 'A' && c <= 'Z')
        c = static_cast<char>(c - 'A' + 'a');
    if (c == 'o')
        return '0';
    return c == 'i' || c == 'l' ? '1' : c;
}

/// The sixteen characters; nothing where there are others, more or fewer.
std::optional<std::string> plainCode(std::string_view typed)
{
    if (typed.size() > kLongest)
        return std::nullopt;
    std::string plain;
    for (const char c : typed) {
        if (c == '-' || c == ' ')
            continue;
        plain.push_back(asMeant(c));
        if (kAlphabet.find(plain.back()) == std::string_view::npos)
            return std::nullopt;
    }
    if (plain.size() != kCharacters)
        return std::nullopt;
    return plain;
}

} // namespace

std::vector<std::string> makeRecoveryCodes(const RecoveryRandom &random)
{
    std::vector<std::string> codes(kRecoveryCodes);
    std::size_t bit = 0;
    for (std::string &code : codes) {
        for (std::size_t i = 0; i < kCharacters; ++i, bit += 5) {
            if (i > 0 && i % 4 == 0)
                code.push_back('-');
            const unsigned next = bit / 8 + 1 < random.size() ? random[bit / 8 + 1] : 0;
            const unsigned window = static_cast<unsigned>(random[bit / 8]) << 8 | next;
            code.push_back(kAlphabet[window >> (11 - bit % 8) & 31]);
        }
    }
    return codes;
}

std::optional<std::string> recoveryCodeHash(std::string_view code, std::string_view account)
{
    const auto plain = plainCode(code);
    if (!plain)
        return std::nullopt;
    const Bytes hash = hmac(HmacHash::Sha256, bytesOf(*plain), bytesOf(account));
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (const std::uint8_t byte : hash) {
        hex.push_back(digits[byte >> 4]);
        hex.push_back(digits[byte & 15]);
    }
    return hex;
}

std::optional<std::size_t> findRecoveryCode(const std::vector<std::string> &hashes, std::string_view code, std::string_view account)
{
    const auto hash = recoveryCodeHash(code, account);
    if (!hash)
        return std::nullopt;
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < hashes.size(); ++i)
        if (equalInConstantTime(bytesOf(hashes[i]), bytesOf(*hash)) && !found)
            found = i;
    return found;
}

} // namespace matinee::accounts
