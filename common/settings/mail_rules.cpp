#include "common/settings/mail_rules.h"

#include <algorithm>

namespace matinee::settings::rules {

namespace {

bool isMailDomain(std::string_view text)
{
    return text.find('.') != std::string_view::npos && !isAddress(text) && isHost(text) &&
           std::any_of(text.begin() + static_cast<std::ptrdiff_t>(text.rfind('.')), text.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

bool isLocalCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(".!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

} // namespace

bool isMailAddress(std::string_view text)
{
    const auto at = text.find('@');
    if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254)
        return false;
    const std::string_view local = text.substr(0, at);
    return local.front() != '.' && local.back() != '.' && local.find("..") == std::string_view::npos &&
           std::all_of(local.begin(), local.end(), isLocalCharacter) && isMailDomain(text.substr(at + 1));
}

bool isMailAllowed(std::string_view text)
{
    // "*@example.org" is an address by the letter; whoever writes it means example.org.
    if (text.find('@') != std::string_view::npos)
        return !text.starts_with("*@") && isMailAddress(text);
    return isMailDomain(text.starts_with("*.") ? text.substr(2) : text);
}

} // namespace matinee::settings::rules
