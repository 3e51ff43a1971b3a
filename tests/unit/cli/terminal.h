// A run of the command line on a world of its own: a fresh data folder, captured output, and stand-ins for server and database.
#pragma once

#include "../settings/temporary_folder.h"
#include "cli/run.h"

#include <sstream>

namespace matinee::test {

class Terminal
{
public:
    struct Outcome
    {
        int exitCode;
        std::string out;
        std::string err;
    };

    /// Runs with --data-dir on the folder of this test.
    Outcome run(std::vector<std::string> arguments)
    {
        arguments.insert(arguments.begin(), {"--data-dir", dataDir()});
        return runAsGiven(std::move(arguments));
    }
    Outcome runAsGiven(std::vector<std::string> arguments)
    {
        std::ostringstream out;
        std::ostringstream err;
        cli::World world{
            .out = out,
            .err = err,
            .environment = environment,
            .serve = serve,
            .openOffline = openOffline,
            .databaseState = databaseState,
            .upgradeDatabase = upgradeDatabase,
            .rtmpAddress = [](const settings::Snapshot &,
                              std::uint16_t port) { return "rtmp://host.test:" + std::to_string(port) + "/live"; },
            .webAddress = [](const settings::Snapshot &, std::uint16_t port) { return "http://host.test:" + std::to_string(port); },
            .rotateSigningKeys = rotateSigningKeys};
        const int exitCode = cli::run(std::move(arguments), world);
        return {exitCode, out.str(), err.str()};
    }

    [[nodiscard]] std::string dataDir() const { return folder.file("data"); }

    TemporaryFolder folder;
    std::map<std::string, std::string> environment;
    std::function<Result<void>(const std::string &, const std::string &)> rotateSigningKeys;
    std::function<int(const app::ServeOptions &)> serve = [](const app::ServeOptions &) { return 0; };
    std::function<Result<std::unique_ptr<app::OfflineCalls>>(const settings::Snapshot &, const std::string &)> openOffline =
        [](const settings::Snapshot &, const std::string &) -> Result<std::unique_ptr<app::OfflineCalls>> {
        return fail(ErrorCode::Unavailable, "no offline calls in this test");
    };
    std::function<Result<cli::DatabaseState>(const settings::Snapshot &, const std::string &)> databaseState =
        [](const settings::Snapshot &, const std::string &) -> Result<cli::DatabaseState> {
        return fail(ErrorCode::Unavailable, "no database in this test");
    };
    std::function<Result<cli::DatabaseUpgrade>(const settings::Snapshot &, const std::string &)> upgradeDatabase =
        [](const settings::Snapshot &, const std::string &) -> Result<cli::DatabaseUpgrade> {
        return fail(ErrorCode::Unavailable, "no database in this test");
    };
};

/// Answers calls from a function.
class StandIn final : public app::OfflineCalls
{
public:
    using Answer = std::function<Result<std::string>(std::string_view method, const std::string &request)>;
    explicit StandIn(Answer answer) : m_answer(std::move(answer)) {}
    Result<std::string> call(std::string_view method, const std::string &request) override { return m_answer(method, request); }

private:
    Answer m_answer;
};

} // namespace matinee::test
