#include "accounts/secrets.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace matinee::accounts {

namespace {

constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
using Digest = std::array<unsigned char, 32>;

void prepare()
{
    static const bool ready = sodium_init() >= 0;
    if (!ready)
        throw std::runtime_error("libsodium found no source of randomness");
}

Digest digestOf(std::string_view text)
{
    prepare();
    Digest digest;
    crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char *>(text.data()), text.size(), nullptr, 0);
    return digest;
}

} // namespace

std::string randomText(std::size_t characters)
{
    prepare();
    std::string text(characters, '\0');
    randombytes_buf(text.data(), text.size());
    for (char &c : text)
        c = kAlphabet[static_cast<unsigned char>(c) % kAlphabet.size()]; // 256 is a multiple of 32: no character is likelier
    return text;
}

bool isKeyText(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return kAlphabet.find(c) != std::string_view::npos; });
}

std::string secretHash(std::string_view secret)
{
    const Digest digest = digestOf(secret);
    std::array<char, sizeof(Digest) * 2 + 1> hex;
    sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
    return hex.data();
}

std::string checksumOf(std::string_view text, std::size_t characters)
{
    const Digest digest = digestOf(text);
    std::string sum;
    for (std::size_t i = 0; i < std::min<std::size_t>(characters, 12); ++i)
        sum.push_back(kAlphabet[digest[i] % kAlphabet.size()]);
    return sum;
}

bool equalSecrets(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace matinee::accounts
