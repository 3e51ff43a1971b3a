// How a setting is declared. common/settings/declarations.h has them all; everything else that knows settings (YAML, environment,
// command line, reference page, example file, console forms) reads these declarations. Constant after static initialisation; any thread.
#pragma once

#include "common/settings/rules.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace matinee::settings {

enum class Type
{
    Bool,
    Integer,
    Text,
    List,
    Choice,
    Seconds,
    Bytes
};
enum class Applies
{
    AtStart,
    AtOnce
}; ///< AtOnce: SIGHUP or the settings calls change it in a running server.
enum class Secrecy
{
    Open,
    Secret,
    Generated
}; ///< Secret: masked everywhere. Generated: made at first start where it is not given.

/// Bool, Integer and Seconds and Bytes, Text and Choice, List.
using Value = std::variant<bool, std::int64_t, std::string, std::vector<std::string>>;

struct Range
{
    std::int64_t min;
    std::int64_t max;
};

/// One declaration, type-erased.
struct Declaration
{
    std::string_view key; ///< "server.port"
    Type type;
    Value defaultValue;
    Range range{0, 0};                       ///< Integer, Seconds, Bytes.
    std::vector<std::string_view> choices{}; ///< Choice.
    Rule rule{};                             ///< Text; each entry of a List. Where the default is empty, empty is accepted as well.
    Applies applies = Applies::AtStart;
    Secrecy secrecy = Secrecy::Open;
    std::string_view doc;  ///< One or two sentences.
    std::size_t index = 0; ///< Place in declarations().

    [[nodiscard]] bool secret() const { return secrecy != Secrecy::Open; }
    [[nodiscard]] std::string_view group() const { return key.substr(0, key.find('.')); }
};

/// The settings below one first word of their keys; one section of the reference page.
struct Group
{
    std::string_view name;
    std::string_view doc;
};

/// A declaration whose type is known to the compiler: `settings.get(settings::serverPort)`.
/// T: bool, std::int64_t (Integer, Bytes), std::chrono::seconds, std::string (Text, Choice), std::vector<std::string>.
template <class T> struct Setting
{
    const Declaration *declaration;

    /// The stored value as T.
    [[nodiscard]] static T from(const Value &value)
    {
        if constexpr (std::is_same_v<T, std::chrono::seconds>)
            return std::chrono::seconds(*std::get_if<std::int64_t>(&value));
        else
            return *std::get_if<T>(&value);
    }
    [[nodiscard]] static Value stored(T value)
    {
        if constexpr (std::is_same_v<T, std::chrono::seconds>)
            return std::int64_t{value.count()};
        else
            return Value(std::move(value));
    }
};

/// All of them, in the order of declarations.h.
[[nodiscard]] const std::vector<const Declaration *> &declarations();
[[nodiscard]] const std::vector<Group> &groups();
/// Null where there is no such key.
[[nodiscard]] const Declaration *find(std::string_view key);
/// The known key that a mistyped one most likely means; empty where none is near.
[[nodiscard]] std::string_view nearest(std::string_view key);

/// What declarations.h is written with. Each call adds one declaration; only there.
namespace declare {
using enum Applies;
Group group(std::string_view name, std::string_view doc);
Setting<bool> toggle(std::string_view key, bool byDefault, Applies applies, std::string_view doc);
Setting<std::int64_t> integer(std::string_view key, std::int64_t byDefault, Range range, Applies applies, std::string_view doc);
Setting<std::int64_t> bytes(std::string_view key, std::int64_t byDefault, Range range, Applies applies, std::string_view doc);
Setting<std::chrono::seconds> seconds(std::string_view key, std::int64_t byDefault, Range range, Applies applies, std::string_view doc);
Setting<std::string> text(std::string_view key, std::string_view byDefault, Rule rule, Applies applies, std::string_view doc);
Setting<std::string> choice(std::string_view key, std::vector<std::string_view> choices, Applies applies,
                            std::string_view doc); ///< First is the default.
Setting<std::vector<std::string>> list(std::string_view key, std::vector<std::string> byDefault, Rule rule, Applies applies,
                                       std::string_view doc);
Setting<std::string> secret(std::string_view key, Rule rule, Secrecy secrecy, Applies applies, std::string_view doc); ///< Empty by default.
} // namespace declare

} // namespace matinee::settings
