#include "cli/calls.h"

#include "settings_file/files.h"

#include <filesystem>

namespace matinee::cli {

std::optional<Calls> Calls::open(const Context &context, Folder folder, int &exitCode)
{
    Calls calls;
    std::error_code ignored;
    const bool exists = std::filesystem::is_directory(context.dataDir, ignored);
    if (exists) {
        auto client = api::LocalClient::connect(context.dataDir + "/control.sock");
        if (client) {
            calls.m_client = std::move(*client);
            return calls;
        }
        if (client.error().code != ErrorCode::Unavailable) { // a server is there and does not want us
            exitCode = context.failed(client.error());
            return std::nullopt;
        }
    } else if (folder == Folder::MustExist) {
        exitCode = context.failed(fail(ErrorCode::NotFound, "There is no data folder " + context.dataDir +
                                                                ". Name the server's with --data-dir, or make one with `matinee serve`."));
        return std::nullopt;
    }
    const auto checked = context.load(settings_file::MissingSecrets::LeaveEmpty); // before anything is made
    if (!checked) {
        exitCode = kUsage;
        return std::nullopt;
    }
    if (const Result<void> usable = settings_file::prepareFolder(context.dataDir); !usable) {
        exitCode = context.failed(usable.error(), kEnvironment);
        return std::nullopt;
    }
    const settings_file::Loaded loaded = settings_file::load(context.sources(), settings_file::MissingSecrets::Make);
    if (!loaded.good()) {
        exitCode = context.refused(loaded.problems);
        return std::nullopt;
    }
    auto offline = context.world.openOffline(loaded.snapshot, context.dataDir);
    if (!offline) {
        exitCode = context.failed(offline.error(), offline.error().code == ErrorCode::InvalidArgument ? kUsage : kEnvironment);
        return std::nullopt;
    }
    calls.m_offline = std::move(*offline);
    return calls;
}

} // namespace matinee::cli
