#include "app/serve.h"

#include "app/banner.h"
#include "app/bootstrap_root.h"
#include "app/core.h"
#include "app/data_folder.h"
#include "app/first_start.h"
#include "app/relying_party.h"
#include "app/server.h"
#include "app/signals.h"
#include "observe/log.h"
#include "store/migrations.h"

#include "common/settings/declarations.h"

#include <QCoreApplication>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <malloc.h>
#include <sys/resource.h>
#include <thread>

namespace matinee::app {

namespace {

enum ExitCode
{
    Stopped = 0,
    Failed = 1,
    BadConfiguration = 2,
    BadEnvironment = 3
};

int explain(const Error &error)
{
    std::fprintf(stderr, "matinee: %s\n", error.message.c_str());
    switch (error.code) {
    case ErrorCode::InvalidArgument:
        return BadConfiguration;
    case ErrorCode::Internal:
        return Failed;
    default:
        return BadEnvironment;
    }
}

std::size_t workerCount(const settings::Snapshot &settings)
{
    const auto wanted = static_cast<std::size_t>(settings.get(settings::serverWorkers));
    return wanted > 0 ? wanted : std::max(1u, std::thread::hardware_concurrency());
}

/// A shell's soft limit is often 1024, which is a thousand viewers; what the system allows beyond it is for who asks.
void raiseOpenFiles()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
        log::debug("app", "The limit of open files stays as it is.");
}

void configureLog(const settings::Snapshot &settings)
{
    log::Level level = log::Level::info;
    (void)log::parseLevel(settings.get(settings::loggingLevel), level); // checked when it was loaded
    log::configure(settings.get(settings::loggingFormat) == "json" ? log::Format::Json : log::Format::Human, level);
}

/// Not worth refusing the start: the setting stays in many a configuration after it has done its work.
void makeRoot(Core &core, const settings::Snapshot &settings)
{
    const auto made = bootstrapRoot(core.store, core.accounts.setup, settings.get(settings::bootstrapRootPassword));
    if (!made)
        log::error("app", "bootstrap.root_password made no root: {}", made.error().message);
    else if (*made)
        log::info("app", "Made the account \"root\" with the password of bootstrap.root_password, which is not needed any more.");
}

void reload(Server &server, const ServeOptions &options)
{
    log::info("app", "SIGHUP: reading the settings again.");
    const auto next = options.reload();
    if (!next) {
        log::error("app", "The settings stay as they were: {}", next.error().message);
        return;
    }
    const auto changes = options.settings->replace(*next);
    for (const auto *setting : changes.applied)
        log::info("app", "{} has a new value.", setting->key);
    for (const auto *setting : changes.needRestart)
        log::warn("app", "{} has changed and needs a restart to count.", setting->key);
    server.apply(*options.settings->current());
}

// What Qt has to say is for who debugs; drivers warn of things that the store has told better.
void logQtMessage(QtMsgType type, const QMessageLogContext &, const QString &message)
{
    log::emit(type == QtCriticalMsg || type == QtFatalMsg ? log::Level::err : log::Level::debug, "qt", "{}", message.toStdString());
}

// Changes nothing, and may run beside a server on the same folder.
int check(const settings::Snapshot &settings, const std::string &dataDir)
{
    if (!std::filesystem::exists(dataDir) ||
        (settings.get(settings::databaseUrl).empty() && !std::filesystem::exists(dataDir + "/matinee.db"))) {
        std::printf("Settings: good. Database: none yet in %s; the first start makes it.\n", dataDir.c_str());
        return Stopped;
    }
    Core core(settings, dataDir, 1);
    if (const auto opened = core.openStore(); !opened)
        return explain(opened.error());
    const auto status = store::status(core.store);
    core.store.close();
    if (!status)
        return explain(status.error());
    std::printf("Settings: good. Database: %s\n", status->sentence.c_str());
    return status->mayStart() ? Stopped : BadEnvironment;
}

} // namespace

int serve(const ServeOptions &options)
{
    // Two arenas are enough for a few busy threads, and keep an idle server small.
    ::mallopt(M_ARENA_MAX, 2);
    Signals::block();
    int argc = 1;
    char name[] = "matinee";
    char *argv[] = {name, nullptr};
    QCoreApplication application(argc, argv);

    const auto settings = options.settings->current();
    configureLog(*settings);
    ::qInstallMessageHandler(logQtMessage);
    if (const auto party = relyingParty(*settings); !party)
        return explain(party.error());
    if (options.dryRun)
        return check(*settings, options.dataDir);
    raiseOpenFiles();
    auto folder = DataFolder::take(options.dataDir);
    if (!folder)
        return explain(folder.error());

    Core core(*settings, options.dataDir, workerCount(*settings));
    Server server(core, options.settings);
    if (const auto bound = server.bind(); !bound)
        return explain(bound.error());
    if (const auto opened = core.open(); !opened)
        return explain(opened.error());
    makeRoot(core, *settings);
    const auto welcomed = welcome(core.store, options.dataDir);
    if (!welcomed)
        return explain(welcomed.error());

    if (const auto opened = server.open(); !opened)
        return explain(opened.error());
    Signals signals;
    QObject::connect(&signals, &Signals::stopRequested, &server, &Server::drain);
    QObject::connect(&signals, &Signals::reloadRequested, &server, [&] { reload(server, options); });
    QObject::connect(&server, &Server::drained, &application, &QCoreApplication::quit);
    server.start();
    std::fputs(banner(*settings, server.port(), server.rtmpPort(), *welcomed).c_str(), stdout);
    std::fflush(stdout);
    ::malloc_trim(0);
    application.exec();

    core.mail.stop();
    core.store.close();
    core.workers.stop();
    log::info("app", "Stopped.");
    if (server.cutShort()) // sessions that did not end still hold what would now be taken down under them
        std::_Exit(Stopped);
    return Stopped;
}

} // namespace matinee::app
