// What stands behind '?' in a stream key, a stream name or an app: `a=1&b`. Pure; any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace matinee::rtmp {

inline constexpr std::size_t kMaxParameters = 16;

/// With percent escapes resolved. Values may be secrets.
using Parameters = std::map<std::string, std::string, std::less<>>;

/// At most kMaxParameters; of two with one name the first counts. Empty where `text` has no '?'.
[[nodiscard]] Parameters parseParameters(std::string_view text);

/// `text` up to the '?'.
[[nodiscard]] constexpr std::string_view withoutParameters(std::string_view text)
{
    return text.substr(0, text.find('?'));
}

} // namespace matinee::rtmp
