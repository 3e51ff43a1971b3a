#include "accounts/oauth2/wire/pkce.h"

#include "accounts/wire/base64url.h"
#include "accounts/wire/digest.h"

#include <algorithm>

namespace matinee::accounts::oauth2 {

bool isVerifier(std::string_view text)
{
    constexpr std::string_view marks = "-._~";
    return text.size() >= 43 && text.size() <= 128 && std::all_of(text.begin(), text.end(), [&](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || marks.find(c) != std::string_view::npos;
           });
}

std::string challengeOf(std::string_view verifier)
{
    return base64url(sha256(bytesOf(verifier)));
}

} // namespace matinee::accounts::oauth2
