#include "cli/context.h"

#include "cli/document.h"

#include <boost/json.hpp>

#include <ostream>

namespace matinee::cli {

namespace json = boost::json;

namespace {

json::object problemDocument(const Error &error)
{
    json::object document{{"type", "about:blank"},
                          {"title", codeTitle(error.code)},
                          {"status", httpStatus(error.code)},
                          {"code", codeName(error.code)},
                          {"detail", error.message}};
    if (!error.field.empty())
        document["field"] = error.field;
    return document;
}

} // namespace

Context::Context(World &around) : world(around)
{
    if (const auto given = world.environment.find("MATINEE_DATA_DIR"); given != world.environment.end() && !given->second.empty())
        dataDir = given->second;
    if (const auto given = world.environment.find("MATINEE_CONFIG"); given != world.environment.end() && !given->second.empty())
        configFile = given->second;
}

void Context::set(std::string key, std::string value, std::string option)
{
    m_overrides.push_back({std::move(key), std::move(value), std::move(option)});
}

settings_file::Sources Context::sources() const
{
    settings_file::Sources sources;
    sources.dataDir = dataDir;
    sources.configFile = configFile;
    sources.environment = world.environment;
    for (const std::string &assignment : assignments) {
        const auto equals = assignment.find('=');
        sources.overrides.push_back({assignment.substr(0, equals), assignment.substr(equals + 1), "--set"});
    }
    sources.overrides.insert(sources.overrides.end(), m_overrides.begin(), m_overrides.end());
    return sources;
}

std::optional<settings_file::Loaded> Context::load(settings_file::MissingSecrets missing) const
{
    settings_file::Loaded loaded = settings_file::load(sources(), missing);
    for (const settings_file::Problem &warning : loaded.warnings)
        notice("Warning: " + warning.text());
    if (!loaded.good()) {
        (void)refused(loaded.problems);
        return std::nullopt;
    }
    return loaded;
}

void Context::tell(std::ostream &stream, const json::value &document, const std::string &text) const
{
    if (output == "json")
        stream << toJson(document);
    else if (output == "yaml")
        stream << toYaml(document);
    else
        stream << printableLines(text) << (text.empty() || text.ends_with('\n') ? "" : "\n");
    stream.flush();
}

int Context::answer(const json::value &document, const std::string &text) const
{
    tell(world.out, document, text);
    if (!world.out) // a full disk or a closed pipe: whoever reads it has not got it
        return kFailed;
    return kOk;
}

int Context::failed(const Error &error, std::optional<int> exitCode) const
{
    tell(world.err, problemDocument(error), "matinee: " + error.message);
    return exitCode.value_or(exitCodeOf(error));
}

int Context::refused(const settings_file::Problems &problems) const
{
    std::string text = problems.size() == 1 ? "matinee: The configuration has a mistake:\n"
                                            : "matinee: The configuration has " + std::to_string(problems.size()) + " mistakes:\n";
    json::object document = problemDocument(fail(ErrorCode::InvalidArgument, "The configuration has mistakes."));
    json::array &list = document["problems"].emplace_array();
    for (const settings_file::Problem &problem : problems) {
        text += "  " + problem.text() + "\n";
        json::object entry{{"source", problem.source}, {"detail", problem.what}};
        if (problem.line > 0)
            entry["line"] = problem.line;
        if (!problem.key.empty())
            entry["key"] = problem.key;
        list.push_back(std::move(entry));
    }
    tell(world.err, document, text);
    return kUsage;
}

void Context::notice(const std::string &line) const
{
    world.err << printableLines(line) << std::endl;
}

} // namespace matinee::cli
