// How a setting is declared. common/settings/declarations.h has them all; everything else that knows settings (YAML, environment,
// command line, reference page, example file, console forms) reads these declarations.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::settings {

enum class Type { Bool, Integer, Text, List, Choice, Seconds, Bytes };
enum class Applies { AtStart, AtOnce }; ///< AtOnce: SIGHUP or the settings calls change it in a running server.

/// One declaration, type-erased.
struct Declaration
{
    std::string_view key; ///< "server.port"
    Type type = Type::Text;
    std::string_view defaultValue; ///< As it would be written in YAML; a list separated by commas.
    std::int64_t min = 0;          ///< Integer, Seconds, Bytes.
    std::int64_t max = 0;
    std::string_view choices{}; ///< Choice: "none,basic,bearer_token".
    Applies applies = Applies::AtStart;
    bool secret = false; ///< Masked everywhere; may be given as KEY_file / MATINEE_KEY_FILE.
    std::string_view doc; ///< One sentence.
    std::size_t index = 0; ///< Place in declarations().
};

/// A declaration whose type is known to the compiler: `settings.get(settings::serverPort)`.
/// T: bool, std::int64_t (Integer, Bytes), std::chrono::seconds, std::string, std::vector<std::string>.
template <class T>
struct Setting
{
    const Declaration *declaration;
};

/// All of them, in the order of declarations.h.
[[nodiscard]] const std::vector<const Declaration *> &declarations();

} // namespace matinee::settings
