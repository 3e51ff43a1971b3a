#include "cli/commands.h"

#include "cli/document.h"
#include "settings_file/files.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace matinee::cli {

namespace {

namespace json = boost::json;

json::array texts(const std::vector<std::string> &list)
{
    json::array out;
    for (const std::string &entry : list)
        out.push_back(json::string(entry));
    return out;
}

/// Whatever is wrong with the database is the environment's fault; only its address is the user's.
int databaseFailed(const Context &context, const Error &error)
{
    return context.failed(error, error.code == ErrorCode::InvalidArgument ? kUsage : kEnvironment);
}

int status(Context &context)
{
    const auto loaded = context.load(settings_file::MissingSecrets::LeaveEmpty);
    if (!loaded)
        return kUsage;
    const auto state = context.world.databaseState(loaded->snapshot, context.dataDir);
    if (!state)
        return databaseFailed(context, state.error());

    json::array applied;
    std::vector<std::vector<std::string>> rows;
    for (const DatabaseMigration &migration : state->applied) {
        applied.push_back(json::object{{"version", migration.version}, {"name", migration.name}, {"applied_at", migration.appliedAt}});
        rows.push_back({std::to_string(migration.version), migration.name, migration.appliedAt});
    }
    for (const std::string &name : state->due)
        rows.push_back({"", name, "due"});
    std::string text = state->where + ": " + state->state + "\n" + state->sentence + "\n";
    if (!rows.empty())
        text += "\n" + table({"VERSION", "MIGRATION", "APPLIED"}, rows);
    const json::object document{{"database", state->where},
                                {"state", state->state},
                                {"detail", state->sentence},
                                {"database_version", state->databaseVersion},
                                {"program_version", state->programVersion},
                                {"applied", std::move(applied)},
                                {"due", texts(state->due)}};
    const int told = context.answer(document, text);
    return told == kOk && !state->mayStart ? kEnvironment : told;
}

int migrate(Context &context)
{
    const auto loaded = context.load(settings_file::MissingSecrets::LeaveEmpty);
    if (!loaded)
        return kUsage;
    if (const Result<void> usable = settings_file::prepareFolder(context.dataDir); !usable)
        return context.failed(usable.error(), kEnvironment);
    const auto upgrade = context.world.upgradeDatabase(loaded->snapshot, context.dataDir);
    if (!upgrade)
        return databaseFailed(context, upgrade.error());
    std::string text = "The database is up to date (version " + std::to_string(upgrade->toVersion) + ").\n";
    if (!upgrade->applied.empty()) {
        text = "Brought the database from version " + std::to_string(upgrade->fromVersion) + " to " + std::to_string(upgrade->toVersion) +
               ":\n";
        for (const std::string &name : upgrade->applied)
            text += "  " + name + "\n";
    }
    return context.answer(
        json::object{{"from_version", upgrade->fromVersion}, {"to_version", upgrade->toVersion}, {"applied", texts(upgrade->applied)}},
        text);
}

} // namespace

void addDb(CLI::App &root, Context &context)
{
    auto *group = root.add_subcommand("db", "Look at the database and bring it up to date");
    group->require_subcommand(1);
    group->footer("Example: matinee db status");

    auto *command = group->add_subcommand("status", "Tell the version of the database and what is due; changes nothing");
    command->footer("Example: matinee db status --output json");
    command->callback([&context] { context.command = [&context] { return status(context); }; });

    command = group->add_subcommand("migrate", "Apply what is due, all or nothing (`serve` does it by itself)");
    command->footer("Example: matinee db migrate --data-dir /var/lib/matinee");
    command->callback([&context] { context.command = [&context] { return migrate(context); }; });
}

} // namespace matinee::cli
