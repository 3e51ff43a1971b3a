#include "cli/commands.h"

#include "observe/log.h"
#include "settings_file/files.h"

#include "common/settings/settings.h"

#include <CLI/CLI.hpp>

#include <filesystem>

namespace matinee::cli {

namespace {

struct ServeArguments
{
    bool dryRun = false;
    std::string port;
    std::string rtmpPort;
    std::string webDir;
};

/// What SIGHUP does: everything is read again from the same places, and counts only as a whole.
Result<std::shared_ptr<const settings::Snapshot>> reload(const settings_file::Sources &sources)
{
    const settings_file::Loaded again = settings_file::load(sources, settings_file::MissingSecrets::LeaveEmpty);
    if (again.good()) {
        for (const settings_file::Problem &warning : again.warnings)
            log::warn("settings", "{}", warning.text());
        return std::make_shared<const settings::Snapshot>(again.snapshot);
    }
    std::string all = "The configuration has mistakes:";
    for (const settings_file::Problem &problem : again.problems)
        all += (&problem == again.problems.data() ? " " : "; ") + problem.text();
    return fail(ErrorCode::InvalidArgument, std::move(all));
}

int serve(Context &context, const ServeArguments &arguments)
{
    if (!arguments.port.empty())
        context.set("server.port", arguments.port, "--port");
    if (!arguments.rtmpPort.empty())
        context.set("livestream.rtmp_port", arguments.rtmpPort, "--rtmp-port");
    if (!arguments.webDir.empty())
        context.set("server.web_dir", arguments.webDir, "--web-dir");

    std::error_code ignored;
    if (std::filesystem::exists(context.dataDir, ignored)) {
        if (const Result<void> usable = settings_file::prepareFolder(context.dataDir); !usable)
            return context.failed(usable.error(), kEnvironment);
    }
    auto loaded = context.load(settings_file::MissingSecrets::LeaveEmpty); // the whole configuration before anything is made
    if (!loaded)
        return kUsage;
    if (!arguments.dryRun) {
        if (const Result<void> usable = settings_file::prepareFolder(context.dataDir); !usable)
            return context.failed(usable.error(), kEnvironment);
        *loaded = settings_file::load(context.sources(), settings_file::MissingSecrets::Make);
        if (!loaded->good())
            return context.refused(loaded->problems);
    }
    for (const settings_file::Problem &notice : loaded->notices)
        context.notice(notice.text());

    app::ServeOptions options;
    options.settings = std::make_shared<settings::Settings>(std::make_shared<const settings::Snapshot>(loaded->snapshot));
    options.dataDir = context.dataDir;
    options.dryRun = arguments.dryRun;
    options.reload = [sources = context.sources()] { return reload(sources); };
    return context.world.serve(options);
}

} // namespace

void addServe(CLI::App &root, Context &context)
{
    auto *command = root.add_subcommand("serve", "Run the server until it is told to stop");
    auto arguments = std::make_shared<ServeArguments>();
    command->add_flag("--dry-run", arguments->dryRun, "Check configuration, ports and database, change nothing, and end");
    command->add_option("--port", arguments->port, "Port of the web client, API and playback (server.port)")->type_name("N");
    command->add_option("--rtmp-port", arguments->rtmpPort, "Port that OBS sends to (livestream.rtmp_port)")->type_name("N");
    command->add_option("--web-dir", arguments->webDir, "Serve the web client from this folder (server.web_dir)")->type_name("DIR");
    command->footer("Example: matinee serve --data-dir /var/lib/matinee --port 80");
    command->callback([&context, arguments] { context.command = [&context, arguments] { return serve(context, *arguments); }; });
}

} // namespace matinee::cli
