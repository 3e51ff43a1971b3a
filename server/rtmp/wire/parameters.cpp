#include "rtmp/wire/parameters.h"

#include <algorithm>

namespace matinee::rtmp {

namespace {

int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// An escape that is none stays as it is.
std::string unescaped(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
        if (escape) {
            out.push_back(static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])));
            i += 2;
        } else {
            out.push_back(text[i]);
        }
    }
    return out;
}

} // namespace

Parameters parseParameters(std::string_view text)
{
    text.remove_prefix(std::min(text.find('?'), text.size()));
    Parameters parameters;
    while (!text.empty() && parameters.size() < kMaxParameters) {
        text.remove_prefix(1); // '?' or '&'
        const auto pair = text.substr(0, text.find('&'));
        text.remove_prefix(pair.size());
        const auto name = pair.substr(0, pair.find('='));
        if (!name.empty())
            parameters.emplace(unescaped(name), unescaped(pair.substr(std::min(name.size() + 1, pair.size()))));
    }
    return parameters;
}

} // namespace matinee::rtmp
