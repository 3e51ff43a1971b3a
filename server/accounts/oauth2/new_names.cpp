#include "accounts/oauth2/new_names.h"

#include "accounts/secrets.h"

#include <algorithm>

namespace matinee::accounts::oauth2 {

namespace {

constexpr std::size_t kMostCharacters = kMostNameCharacters - 4; // leaves room for a number
constexpr int kMostNumber = 20;

bool beginsCharacter(char c)
{
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

/// ASCII signs that no name may have fall out, spaces become dashes; other scripts stay as they are, since parseUserName() judges them.
std::string fitting(std::string_view text)
{
    std::string out;
    std::size_t characters = 0;
    for (const char c : text) {
        const bool isAscii = static_cast<unsigned char>(c) < 0x80;
        const bool isWord = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
        if (isAscii && !isWord && c != ' ')
            continue;
        if (beginsCharacter(c) && ++characters > kMostCharacters)
            break;
        out.push_back(c == ' ' ? '-' : c);
    }
    const auto first = out.find_first_not_of(".-_");
    if (first == std::string::npos)
        return {};
    return out.substr(first, out.find_last_not_of(".-_") - first + 1);
}

} // namespace

std::vector<UserName> nameCandidates(const RemoteUser &user)
{
    std::vector<UserName> candidates;
    const auto add = [&](const std::string &text) {
        auto name = parseUserName(text);
        const bool isNew =
            name && std::none_of(candidates.begin(), candidates.end(), [&](const UserName &other) { return other.key == name->key; });
        if (isNew)
            candidates.push_back(std::move(*name));
        return isNew;
    };
    const std::string called = fitting(user.name);
    const std::string mailed = fitting(std::string_view(user.email).substr(0, user.email.find('@')));
    for (const std::string &base : {called, mailed}) {
        if (!add(base))
            continue;
        for (int number = 2; number <= kMostNumber; ++number)
            add(base + std::to_string(number));
    }
    add("user-" + randomText(10));
    return candidates;
}

} // namespace matinee::accounts::oauth2
