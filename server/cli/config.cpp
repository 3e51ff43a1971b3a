#include "cli/commands.h"

#include "cli/document.h"
#include "settings_file/reference.h"

#include "common/settings/value.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace matinee::cli {

namespace {

namespace json = boost::json;
using settings_file::MissingSecrets;

int validate(Context &context, bool strict)
{
    settings_file::Sources sources = context.sources();
    sources.strict = strict;
    const settings_file::Loaded loaded = settings_file::load(sources, MissingSecrets::LeaveEmpty);
    if (!loaded.good())
        return context.refused(loaded.problems);
    json::array warnings;
    std::string text = loaded.configFile.empty() ? "The configuration is right. There is no configuration file; defaults apply.\n"
                                                 : "The configuration in " + loaded.configFile + " is right.\n";
    for (const auto *list : {&loaded.warnings, &loaded.notices}) {
        for (const settings_file::Problem &warning : *list) {
            text += "Warning: " + warning.text() + "\n";
            warnings.push_back(json::string(warning.text()));
        }
    }
    return context.answer(json::object{{"valid", true}, {"file", loaded.configFile}, {"warnings", std::move(warnings)}}, text);
}

/// The value as JSON has it; secrets and passwords masked.
json::value shownValue(const settings::Declaration &declaration, const settings::Value &value)
{
    if (const auto *flag = std::get_if<bool>(&value))
        return *flag;
    if (const auto *number = std::get_if<std::int64_t>(&value))
        return *number;
    if (const auto *list = std::get_if<std::vector<std::string>>(&value)) {
        json::array entries;
        for (const std::string &entry : *list)
            entries.push_back(json::string(entry));
        return entries;
    }
    return json::string(settings::shown(declaration, value));
}

int show(Context &context, bool origin)
{
    const auto loaded = context.load(MissingSecrets::LeaveEmpty);
    if (!loaded)
        return kUsage;
    json::object document;
    std::vector<std::vector<std::string>> rows;
    for (const settings::Declaration *declaration : settings::declarations()) {
        const settings::Value &value = loaded->snapshot.value(*declaration);
        std::string text = settings::shown(*declaration, value);
        const bool willBeMade = declaration->secrecy == settings::Secrecy::Generated && text.empty();
        if (willBeMade)
            text = "(made at the first start)";
        const std::string from = loaded->snapshot.origin(*declaration).text();
        rows.push_back({std::string(declaration->key), text.empty() ? "-" : text});
        if (origin) {
            rows.back().push_back(from);
            document[declaration->key] = json::object{{"value", shownValue(*declaration, value)}, {"origin", from}};
        } else {
            document[declaration->key] = shownValue(*declaration, value);
        }
    }
    std::vector<std::string> head{"KEY", "VALUE"};
    if (origin)
        head.emplace_back("FROM");
    return context.answer(document, table(head, rows));
}

int reference(Context &context)
{
    json::array list;
    for (const settings::Declaration *declaration : settings::declarations()) {
        list.push_back(json::object{{"key", declaration->key},
                                    {"default", shownValue(*declaration, declaration->defaultValue)},
                                    {"accepts", settings::expectation(*declaration)},
                                    {"applies", declaration->applies == settings::Applies::AtOnce ? "at_once" : "at_start"},
                                    {"secret", declaration->secret()},
                                    {"environment", settings_file::environmentName(declaration->key)},
                                    {"doc", declaration->doc}});
    }
    return context.answer(list, settings_file::referenceMarkdown());
}

int example(Context &context)
{
    context.world.out << settings_file::exampleYaml();
    context.world.out.flush();
    return context.world.out ? kOk : kFailed;
}

} // namespace

void addConfig(CLI::App &root, Context &context)
{
    auto *group = root.add_subcommand("config", "Check, show and explain the settings");
    group->require_subcommand(1);
    group->footer("Example: matinee config validate --strict");

    auto strict = std::make_shared<bool>(false);
    auto *command = group->add_subcommand("validate", "Check the whole configuration; every mistake is named with its line");
    command->add_flag("--strict", *strict, "Let warnings count as mistakes");
    command->footer("Example: matinee config validate --config /etc/matinee.yaml");
    command->callback([&context, strict] { context.command = [&context, strict] { return validate(context, *strict); }; });

    auto origin = std::make_shared<bool>(false);
    command = group->add_subcommand("show", "Print the settings in force, secrets masked");
    command->add_flag("--origin", *origin, "Tell where each value comes from");
    command->footer("Example: matinee config show --origin");
    command->callback([&context, origin] { context.command = [&context, origin] { return show(context, *origin); }; });

    command = group->add_subcommand("reference", "Print the reference of all settings (Markdown)");
    command->footer("Example: matinee config reference | less");
    command->callback([&context] { context.command = [&context] { return reference(context); }; });

    command = group->add_subcommand("example", "Print a configuration file with every setting, commented out");
    command->footer("Example: matinee config example > matinee-data/matinee.yaml");
    command->callback([&context] { context.command = [&context] { return example(context); }; });
}

} // namespace matinee::cli
