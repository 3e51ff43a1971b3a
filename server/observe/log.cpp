#include "observe/log.h"

#include <spdlog/sinks/stdout_sinks.h>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

namespace matinee::log {

namespace {

Format g_format = Format::Human;

spdlog::logger &logger()
{
    static auto instance = std::make_shared<spdlog::logger>("matinee", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    return *instance;
}

std::string quoted(std::string_view text) { return boost::json::serialize(boost::json::string(text)); }

// A log line is one line: control characters from outside must not forge another.
std::string oneLine(std::string_view text)
{
    std::string line;
    line.reserve(text.size());
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            fmt::format_to(std::back_inserter(line), "\\x{:02x}", static_cast<unsigned char>(c));
        else
            line.push_back(c);
    }
    return line;
}

} // namespace

void configure(Format format, Level level)
{
    g_format = format;
    logger().set_pattern(format == Format::Json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})" : "%Y-%m-%d %H:%M:%S.%e %-5l %v");
    logger().set_level(level);
    logger().flush_on(Level::trace);
}

void setLevel(Level level) { logger().set_level(level); }

bool parseLevel(std::string_view name, Level &level)
{
    for (const auto &[known, value] : {std::pair<std::string_view, Level>{"debug", Level::debug}, {"info", Level::info}, {"warn", Level::warn},
                                       {"warning", Level::warn}, {"error", Level::err}}) {
        if (name == known) {
            level = value;
            return true;
        }
    }
    return false;
}

bool enabled(Level level) { return logger().should_log(level); }

void write(Level level, std::string_view area, std::string_view requestId, std::string_view text)
{
    if (g_format == Format::Json) {
        std::string fields = "\"area\":" + quoted(area);
        if (!requestId.empty())
            fields += ",\"request_id\":" + quoted(requestId);
        logger().log(level, "{},\"message\":{}", fields, quoted(text));
    } else if (requestId.empty()) {
        logger().log(level, "{}: {}", area, oneLine(text));
    } else {
        logger().log(level, "{}: {} [{}]", area, oneLine(text), oneLine(requestId));
    }
}

} // namespace matinee::log
