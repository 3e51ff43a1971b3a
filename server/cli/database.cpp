#include "cli/database.h"

#include "store/migrations.h"

#include <QCoreApplication>

#include <array>
#include <ctime>
#include <filesystem>
#include <optional>

namespace matinee::cli {

namespace {

std::string urlOf(const settings::Snapshot &settings, const std::string &dataDir)
{
    std::string url = settings.get(settings::databaseUrl);
    return url.empty() ? "sqlite:" + dataDir + "/matinee.db" : url;
}

/// Qt's database drivers want an application object on this thread.
class Application
{
public:
    Application()
    {
        if (QCoreApplication::instance() == nullptr)
            m_application.emplace(m_count, m_arguments.data());
    }

private:
    int m_count = 1;
    std::string m_name = "matinee";
    std::array<char *, 2> m_arguments{m_name.data(), nullptr};
    std::optional<QCoreApplication> m_application;
};

store::StoreOptions optionsOf(const settings::Snapshot &settings, const std::string &dataDir)
{
    store::StoreOptions options;
    options.url = urlOf(settings, dataDir);
    options.readThreads = 1;
    return options;
}

std::string rfc3339(std::chrono::system_clock::time_point time)
{
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    std::array<char, 32> text{};
    ::gmtime_r(&seconds, &parts);
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

} // namespace

Result<DatabaseState> databaseState(const settings::Snapshot &settings, const std::string &dataDir)
{
    const auto url = store::parseDatabaseUrl(urlOf(settings, dataDir));
    if (!url)
        return url.error();
    DatabaseState state;
    state.where = url->describe();
    std::error_code ignored;
    if (url->engine == store::Engine::Sqlite && !std::filesystem::exists(url->path, ignored)) {
        state.state = "none";
        state.sentence = "There is no database yet; `matinee serve` or `matinee db migrate` makes it.";
        return state;
    }
    const Application application;
    store::Store store(optionsOf(settings, dataDir), nullptr);
    if (const auto opened = store.open(); !opened)
        return opened.error();
    auto status = store::status(store);
    store.close();
    if (!status)
        return status.error();
    state.state = store::migrationStateName(status->state);
    state.sentence = status->sentence;
    state.databaseVersion = status->databaseVersion;
    state.programVersion = status->programVersion;
    for (const store::AppliedMigration &migration : status->applied)
        state.applied.push_back({migration.version, migration.name, rfc3339(migration.appliedAt)});
    state.due = status->due;
    state.mayStart = status->mayStart();
    return state;
}

Result<DatabaseUpgrade> upgradeDatabase(const settings::Snapshot &settings, const std::string &dataDir)
{
    const Application application;
    store::Store store(optionsOf(settings, dataDir), nullptr);
    if (const auto opened = store.open(); !opened)
        return opened.error();
    auto report = store::migrate(store);
    store.close();
    if (!report)
        return report.error();
    return DatabaseUpgrade{report->fromVersion, report->toVersion, report->applied};
}

} // namespace matinee::cli
