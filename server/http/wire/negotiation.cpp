#include "http/wire/negotiation.h"

#include "http/wire/text.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace matinee::http::wire {

namespace {

std::optional<std::uint64_t> number(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

// ";q=0", ";q=0.000": refused. Anything else that stands there is taken as wanted.
bool isRefused(std::string_view parameters)
{
    const auto q = parameters.find("q=");
    return q != std::string_view::npos && trimmed(parameters.substr(q + 2)).find_first_not_of("0.") == std::string_view::npos;
}

std::string_view withoutWeakMark(std::string_view etag)
{
    return etag.starts_with("W/") ? etag.substr(2) : etag;
}

} // namespace

bool acceptsGzip(std::string_view acceptEncoding)
{
    bool any = false;
    while (const auto element = nextInList(acceptEncoding)) {
        const auto semicolon = element->find(';');
        const auto coding = trimmed(element->substr(0, semicolon));
        const bool wanted = semicolon == std::string_view::npos || !isRefused(element->substr(semicolon));
        if (equalsIgnoringCase(coding, "gzip") || equalsIgnoringCase(coding, "x-gzip"))
            return wanted;
        if (coding == "*")
            any = wanted;
    }
    return any;
}

bool etagListMatches(std::string_view ifNoneMatch, std::string_view etag)
{
    while (const auto element = nextInList(ifNoneMatch))
        if (*element == "*" || withoutWeakMark(*element) == withoutWeakMark(etag))
            return true;
    return false;
}

ByteRange parseRange(std::string_view range, std::uint64_t size)
{
    constexpr std::string_view kUnit = "bytes=";
    const ByteRange whole;
    if (range.size() < kUnit.size() || !equalsIgnoringCase(range.substr(0, kUnit.size()), kUnit))
        return whole;
    const auto spec = trimmed(range.substr(kUnit.size()));
    const auto dash = spec.find('-');
    if (dash == std::string_view::npos)
        return whole;
    const auto firstText = spec.substr(0, dash);
    const auto lastText = spec.substr(dash + 1);
    const auto first = number(firstText);
    const auto last = number(lastText);
    if ((!first && !firstText.empty()) || (!last && !lastText.empty()) || (!first && !last))
        return whole;
    if (!first) { // The last N bytes.
        if (*last == 0 || size == 0)
            return {ByteRange::Kind::Unsatisfiable};
        return {ByteRange::Kind::Part, size - std::min(*last, size), size - 1};
    }
    if (last && *last < *first)
        return whole;
    if (*first >= size)
        return {ByteRange::Kind::Unsatisfiable};
    return {ByteRange::Kind::Part, *first, std::min(last.value_or(size - 1), size - 1)};
}

} // namespace matinee::http::wire
