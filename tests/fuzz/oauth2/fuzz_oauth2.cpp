// Whatever a provider, or who is in its place, may send: its description, a token, who a person is, a form; and where a page wants to go.
// What is taken is fit for where it goes: addresses with TLS, tokens for a header, names without control characters, no way out of our
// pages.
#include "accounts/oauth2/wire/discovery.h"
#include "accounts/oauth2/wire/return_address.h"
#include "accounts/oauth2/wire/token_exchange.h"
#include "accounts/oauth2/wire/user_info.h"
#include "accounts/oauth2/wire/utf8_text.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

using namespace matinee::accounts::oauth2;

namespace {

void demand(bool isTrue)
{
    if (!isTrue)
        std::abort();
}

bool isPlain(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '\x7F'; });
}

template <class R> void check(const R &user)
{
    if (!user)
        return;
    demand(isSubject(user->subject) && isPlain(user->name) && isUtf8(user->name) && user->name.size() <= kMostNameBytes);
    demand(isPlain(user->email) && user->email.size() <= 254 && (!user->isEmailVerified || !user->email.empty()));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    if (const auto metadata = parseDiscovery(text, "https://login.example.org"))
        for (const auto &address : {metadata->authorizationEndpoint, metadata->tokenEndpoint, metadata->keysAddress})
            demand(address.starts_with("https://") && isPlain(address));
    if (const auto tokens = parseTokenAnswer(text))
        demand(!tokens->access.empty() && isPlain(tokens->access) && tokens->access.find(' ') == std::string::npos);
    check(userOfOpenId(text, "1"));
    check(userOfGitHub(text));
    check(userOfDiscord(text));
    check(userOfGitee(text));
    check(userOfFeishu(text));
    check(userOfQq(text, "1"));
    RemoteUser user{.subject = "1", .name = "x"};
    if (addGitHubEmail(text, user))
        demand(isPlain(user.email));
    if (const auto form = parseForm(text)) {
        const auto again = parseForm(formText(*form));
        demand(again && *again == *form);
    }
    static const std::vector<std::string> allowed{"https://www.example.org/live"};
    if (const auto address = returnAddress(text, allowed)) {
        const bool isOwn = address->starts_with('/') && address->substr(0, 2) != "//" && address->substr(0, 2) != "/\\";
        demand((isOwn || *address == allowed.front()) && isPlain(*address));
    }
    return 0;
}
