// The log: one line a fact, English, never a secret. Human or JSON lines on stderr. Any thread.
// `area` is the folder that speaks ("rtmp"). What a peer does wrong is counted, not logged per packet.
#pragma once

#include <spdlog/spdlog.h>

#include <string>
#include <string_view>

namespace matinee::log {

enum class Format { Human, Json };
using Level = spdlog::level::level_enum;

/// Call once at start; `setLevel` at any time, from any thread.
void configure(Format format, Level level);
void setLevel(Level level);
/// "debug", "info", "warn", "error"; false where the name is none of them.
[[nodiscard]] bool parseLevel(std::string_view name, Level &level);

void write(Level level, std::string_view area, std::string_view requestId, std::string_view text);
[[nodiscard]] bool enabled(Level level);

template <class... Args>
void emit(Level level, std::string_view area, fmt::format_string<Args...> format, Args &&...args)
{
    if (enabled(level))
        write(level, area, {}, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void debug(std::string_view area, fmt::format_string<Args...> format, Args &&...args)
{
    emit(Level::debug, area, format, std::forward<Args>(args)...);
}
template <class... Args>
void info(std::string_view area, fmt::format_string<Args...> format, Args &&...args)
{
    emit(Level::info, area, format, std::forward<Args>(args)...);
}
template <class... Args>
void warn(std::string_view area, fmt::format_string<Args...> format, Args &&...args)
{
    emit(Level::warn, area, format, std::forward<Args>(args)...);
}
template <class... Args>
void error(std::string_view area, fmt::format_string<Args...> format, Args &&...args)
{
    emit(Level::err, area, format, std::forward<Args>(args)...);
}

} // namespace matinee::log
