#include "common/settings/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

namespace matinee::settings {

namespace {

constexpr const char *kMask = "********";

struct Unit
{
    std::string_view name;
    std::int64_t factor;
};
constexpr std::array<Unit, 4> kTimeUnits{{{"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}}};
constexpr std::array<Unit, 10> kByteUnits{{{"B", 1},
                                           {"K", 1 << 10},
                                           {"KiB", 1 << 10},
                                           {"kB", 1000},
                                           {"M", 1 << 20},
                                           {"MiB", 1 << 20},
                                           {"MB", 1000000},
                                           {"G", 1 << 30},
                                           {"GiB", 1 << 30},
                                           {"GB", 1000000000}}};

std::string lower(std::string_view text)
{
    std::string out(text);
    for (char &c : out) {
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// What was given, fit to be shown: cut, and without control characters.
std::string inQuotes(std::string_view text)
{
    constexpr std::size_t kShown = 60;
    std::string out = "\"";
    for (const char c : text.substr(0, kShown))
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    return out + (text.size() > kShown ? "...\"" : "\"");
}

Wrong unexpected(const Declaration &declaration, std::string_view given)
{
    // Never repeated, not even when it is wrong: secrets, and addresses with a password in them.
    if (declaration.secret() || declaration.rule.accepts == rules::isDatabaseUrl)
        return {"expected " + expectation(declaration)};
    std::string what = "expected " + expectation(declaration) + ", got " + (given.empty() ? "nothing" : inQuotes(given));
    if (declaration.rule.complaint != nullptr)
        what += ": " + declaration.rule.complaint(given);
    return {std::move(what)};
}

template <std::size_t N> std::optional<std::int64_t> number(std::string_view text, const std::array<Unit, N> &units)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc())
        return std::nullopt;
    const std::string_view unit = trimmed(text.substr(static_cast<std::size_t>(end - text.data())));
    if (unit.empty())
        return value;
    for (const Unit &known : units) {
        if (unit != known.name)
            continue;
        if (value > std::numeric_limits<std::int64_t>::max() / known.factor ||
            value < std::numeric_limits<std::int64_t>::min() / known.factor)
            return std::nullopt;
        return value * known.factor;
    }
    return std::nullopt;
}

std::optional<std::int64_t> numberOf(const Declaration &declaration, std::string_view text)
{
    if (declaration.type == Type::Seconds)
        return number(text, kTimeUnits);
    if (declaration.type == Type::Bytes)
        return number(text, kByteUnits);
    return number(text, std::array<Unit, 0>{});
}

/// The first thing wrong with one text, if any.
std::optional<Wrong> objection(const Declaration &declaration, std::string_view text)
{
    if (text.size() > kMaxTextLength)
        return Wrong{"is longer than " + std::to_string(kMaxTextLength) + " characters"};
    if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
        return Wrong{"has a control character (a line break, perhaps) in it"};
    if (declaration.rule.accepts != nullptr && !declaration.rule.accepts(text))
        return unexpected(declaration, text);
    // A secret without a rule is another service's (a mail account's password): it is as it is.
    if (declaration.secret() && declaration.rule.accepts != nullptr && isExampleSecret(text))
        return Wrong{"is an example value that everybody can look up. Make one of your own, for example with: openssl rand -hex 32"};
    return std::nullopt;
}

Result<Value, Wrong> parseBool(const Declaration &declaration, std::string_view text)
{
    const std::string word = lower(text);
    for (const std::string_view yes : {"true", "on", "yes"}) {
        if (word == yes)
            return Value(true);
    }
    for (const std::string_view no : {"false", "off", "no"}) {
        if (word == no)
            return Value(false);
    }
    return unexpected(declaration, text);
}

std::string withUnit(const Declaration &declaration, std::int64_t value)
{
    if (declaration.type == Type::Bytes) {
        for (const auto &[name, factor] : {Unit{"GiB", 1 << 30}, Unit{"MiB", 1 << 20}, Unit{"KiB", 1 << 10}}) {
            if (value >= factor && value % factor == 0)
                return std::to_string(value / factor) + " " + std::string(name);
        }
    }
    return std::to_string(value);
}

/// Replaces the password of scheme://user:password@host.
std::string withoutPassword(std::string text)
{
    const auto scheme = text.find("://");
    if (scheme == std::string::npos)
        return text;
    // "?password=" does the same in PostgreSQL's own form.
    if (const auto parameter = text.find("password=", scheme); parameter != std::string::npos)
        text.replace(parameter + 9, std::min(text.find('&', parameter), text.size()) - parameter - 9, kMask);
    const auto at = text.rfind('@');
    const auto colon = text.find(':', scheme + 3);
    if (at == std::string::npos || colon == std::string::npos || colon > at)
        return text;
    return text.replace(colon + 1, at - colon - 1, kMask);
}

} // namespace

Result<Value, Wrong> parse(const Declaration &declaration, std::string_view raw)
{
    const std::string_view text = trimmed(raw);
    switch (declaration.type) {
    case Type::Bool:
        return parseBool(declaration, text);
    case Type::Integer:
    case Type::Seconds:
    case Type::Bytes: {
        const auto value = numberOf(declaration, text);
        if (!value || *value < declaration.range.min || *value > declaration.range.max)
            return unexpected(declaration, text);
        return Value(*value);
    }
    case Type::Choice:
        if (std::find(declaration.choices.begin(), declaration.choices.end(), text) == declaration.choices.end())
            return unexpected(declaration, text);
        return Value(std::string(text));
    case Type::Text: {
        if (text.empty() && declaration.defaultValue == Value(std::string()))
            return Value(std::string());
        if (const auto wrong = objection(declaration, text))
            return *wrong;
        return Value(std::string(text));
    }
    case Type::List: {
        std::vector<std::string> entries;
        for (std::size_t from = 0; from < text.size();) {
            const auto comma = std::min(text.find(',', from), text.size());
            entries.emplace_back(trimmed(text.substr(from, comma - from)));
            from = comma + 1;
            if (entries.size() > kMaxListEntries)
                break; // refused below
        }
        return parse(declaration, std::span<const std::string>(entries));
    }
    }
    return unexpected(declaration, text);
}

Result<Value, Wrong> parse(const Declaration &declaration, std::span<const std::string> entries)
{
    if (declaration.type != Type::List)
        return Wrong{"expected " + expectation(declaration) + ", got a list"};
    if (entries.size() > kMaxListEntries)
        return Wrong{"has more than " + std::to_string(kMaxListEntries) + " entries"};
    for (const std::string &entry : entries) {
        if (entry.empty())
            return Wrong{"has an empty entry"};
        if (entry.find(',') != std::string::npos)
            return Wrong{"has an entry with a comma in it: " + inQuotes(entry)};
        if (auto wrong = objection(declaration, entry))
            return *wrong;
    }
    return Value(std::vector<std::string>(entries.begin(), entries.end()));
}

std::string expectation(const Declaration &declaration)
{
    const auto between = [&](std::string_view what) {
        return std::string(what) + " from " + withUnit(declaration, declaration.range.min) + " to " +
               withUnit(declaration, declaration.range.max);
    };
    switch (declaration.type) {
    case Type::Bool:
        return "true or false";
    case Type::Integer:
        return between("a whole number");
    case Type::Seconds:
        return between("a number of seconds");
    case Type::Bytes:
        return between("a size such as 512 KiB,");
    case Type::Text:
        return std::string(declaration.rule.expected);
    case Type::List:
        return "a list, each entry " + std::string(declaration.rule.expected);
    case Type::Choice:
        break;
    }
    std::string words = "one of ";
    for (const std::string_view choice : declaration.choices)
        words.append(choice == declaration.choices.front() ? "" : ", ").append(choice);
    return words;
}

std::string toText(const Declaration &, const Value &value)
{
    if (const auto *flag = std::get_if<bool>(&value))
        return *flag ? "true" : "false";
    if (const auto *integer = std::get_if<std::int64_t>(&value))
        return std::to_string(*integer);
    if (const auto *text = std::get_if<std::string>(&value))
        return *text;
    std::string joined;
    for (const std::string &entry : *std::get_if<std::vector<std::string>>(&value))
        joined.append(joined.empty() ? "" : ",").append(entry);
    return joined;
}

std::string shown(const Declaration &declaration, const Value &value)
{
    std::string text = toText(declaration, value);
    if (declaration.secret())
        return text.empty() ? text : kMask;
    if (const auto *number = std::get_if<std::int64_t>(&value))
        return withUnit(declaration, *number);
    return withoutPassword(std::move(text));
}

bool isExampleSecret(std::string_view text)
{
    const std::string word = lower(text);
    for (const std::string_view example : {"changeme", "change-me", "change_me", "example", "placeholder", "your-secret", "your_secret",
                                           "password", "12345678", "deadbeef", "0123456789abcdef", "<", "xxxx"}) {
        if (word.find(example) != std::string::npos)
            return true;
    }
    // "aaaa...", "abababab...": fewer than five different characters in what should be random.
    std::string kinds = word;
    std::sort(kinds.begin(), kinds.end());
    kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
    return kinds.size() < 5;
}

} // namespace matinee::settings
