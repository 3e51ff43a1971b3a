// A playback token as a stranger sends it, and the same bytes as header and claims of one that is signed, so that what is behind the
// signature is reached as well. A token is only ever good when it was signed, for its stream, and has not expired.
#include "accounts/playback_tokens.h"

#include <sodium.h>

#include <cstdlib>

using matinee::accounts::PlaybackTokens;

namespace {

const std::string kSecret(64, 'k');

std::string encoded(std::string_view bytes)
{
    std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size(),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    text.pop_back();
    return text;
}

std::string signedToken(std::string_view header, std::string_view claims)
{
    const std::string text = encoded(header) + "." + encoded(claims);
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char *>(kSecret.data()), kSecret.size());
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char *>(text.data()), text.size());
    crypto_auth_hmacsha256_final(&state, mac);
    return text + "." + encoded({reinterpret_cast<const char *>(mac), sizeof mac});
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static const PlaybackTokens tokens(kSecret);
    constexpr PlaybackTokens::Time now{std::chrono::seconds(1'800'000'000)};
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    if (tokens.verify(text, "cinema", now))
        std::abort(); // nobody guesses 256 bits
    constexpr std::string_view header = R"({"alg":"HS256"})";
    constexpr std::string_view claims = R"({"sub":"cinema","exp":1900000000})";
    (void)tokens.verify(signedToken(text, claims), "cinema", now);
    const auto token = signedToken(header, text);
    if (tokens.verify(token, "cinema", now) && text.find("exp") == text.npos && text.find('\\') == text.npos)
        std::abort(); // an expiry must be there, if only in escapes
    if (tokens.verify(token, "cinema", now) && tokens.verify(token, "theatre", now))
        std::abort();
    return 0;
}
