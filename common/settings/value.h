// From a text or a list of texts to the checked value of a setting, and back. Pure functions; any thread.
// Failures are sentences that complete "server.port: ...", e.g. `expected a whole number from 1 to 65535, got "80a"`.
#pragma once

#include "common/protocol/result.h"
#include "common/settings/setting.h"

#include <span>
#include <string>

namespace matinee::settings {

inline constexpr std::size_t kMaxTextLength = 4096; ///< Of one value.
inline constexpr std::size_t kMaxListEntries = 256;

/// What was wrong with a value: a sentence for the person who wrote it.
struct Wrong
{
    std::string what;
};

/// A value written as text; entries of a list are separated by commas.
[[nodiscard]] Result<Value, Wrong> parse(const Declaration &declaration, std::string_view text);
/// A list given entry by entry. Fails where the setting is no list.
[[nodiscard]] Result<Value, Wrong> parse(const Declaration &declaration, std::span<const std::string> entries);

/// "a whole number from 1 to 65535": what the setting accepts.
[[nodiscard]] std::string expectation(const Declaration &declaration);
/// As it would be written on the command line; `parse` reads it back.
[[nodiscard]] std::string toText(const Declaration &declaration, const Value &value);
/// As people may see it: secrets and the passwords inside addresses are masked.
[[nodiscard]] std::string shown(const Declaration &declaration, const Value &value);

/// True for values that come from documentation or are guessed first: "changeme", "secret", repeated characters ...
[[nodiscard]] bool isExampleSecret(std::string_view text);

} // namespace matinee::settings
