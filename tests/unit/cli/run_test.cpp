#include "terminal.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <sys/stat.h>

namespace matinee {

namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

} // namespace

class CommandLine : public testing::Test, public test::Terminal
{
protected:
    void yaml(const std::string &content) { folder.write("data/matinee.yaml", content); }
};

TEST_F(CommandLine, WithoutArgumentsItExplainsItself)
{
    const auto outcome = runAsGiven({});
    EXPECT_EQ(outcome.exitCode, 2);
    EXPECT_THAT(outcome.err, HasSubstr("serve"));
    EXPECT_EQ(outcome.out, "");
}

TEST_F(CommandLine, EveryCommandHasHelpWithAnExample)
{
    for (const std::vector<std::string> &command : std::vector<std::vector<std::string>>{{},
                                                                                         {"serve"},
                                                                                         {"config"},
                                                                                         {"config", "validate"},
                                                                                         {"config", "show"},
                                                                                         {"config", "reference"},
                                                                                         {"config", "example"},
                                                                                         {"db"},
                                                                                         {"db", "status"},
                                                                                         {"db", "migrate"},
                                                                                         {"stream"},
                                                                                         {"stream", "create"},
                                                                                         {"stream", "list"},
                                                                                         {"stream", "show"},
                                                                                         {"stream", "delete"},
                                                                                         {"stream", "rotate-key"},
                                                                                         {"stream", "kick"},
                                                                                         {"api-key"},
                                                                                         {"api-key", "create"},
                                                                                         {"api-key", "list"},
                                                                                         {"api-key", "revoke"},
                                                                                         {"settings"},
                                                                                         {"settings", "test-email"},
                                                                                         {"settings", "rotate-signing-key"},
                                                                                         {"version"},
                                                                                         {"completion"},
                                                                                         {"completion", "bash"}}) {
        auto arguments = command;
        arguments.emplace_back("--help");
        const auto outcome = runAsGiven(arguments);
        std::string path = "matinee";
        for (const std::string &word : command)
            path += " " + word;
        EXPECT_EQ(outcome.exitCode, 0) << path;
        EXPECT_THAT(outcome.out, HasSubstr("Usage: " + path)) << path;
        EXPECT_THAT(outcome.out, HasSubstr("Example: ")) << path;
        EXPECT_EQ(outcome.err, "");
        for (std::size_t from = 0, to = 0; (to = outcome.out.find('\n', from)) != std::string::npos; from = to + 1)
            EXPECT_LE(to - from, 140U) << path << ": " << outcome.out.substr(from, to - from);
    }
}

TEST_F(CommandLine, GlobalOptionsWorkBeforeAndAfterTheCommand)
{
    for (const std::vector<std::string> &arguments :
         std::vector<std::vector<std::string>>{{"--set", "server.name=Kino", "--output", "json", "config", "show"},
                                               {"config", "--set", "server.name=Kino", "show", "--output", "json"},
                                               {"config", "show", "--output=json", "--set=server.name=Kino"}}) {
        const auto outcome = run(arguments);
        ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
        EXPECT_EQ(boost::json::parse(outcome.out).at("server.name"), "Kino");
    }
}

TEST_F(CommandLine, MistypedCommandsAndOptionsAreAnsweredWithTheNearest)
{
    EXPECT_THAT(run({"strem", "list"}).err, HasSubstr("There is no command `matinee strem`. Did you mean stream?"));
    EXPECT_THAT(run({"stream", "lst"}).err, HasSubstr("There is no command `matinee stream lst`. Did you mean list?"));
    EXPECT_THAT(run({"stream", "list", "--ouput", "json"}).err, HasSubstr("has no option --ouput. Did you mean --output?"));
    EXPECT_THAT(run({"stream"}).err, HasSubstr("`matinee stream` needs a command."));
    EXPECT_THAT(run({"stream", "show"}).err, HasSubstr("NAME is required"));
    EXPECT_THAT(run({"version", "please"}).err, HasSubstr("does not know what to do with \"please\""));
    EXPECT_THAT(run({"version", "--output", "xml"}).err, HasSubstr("expected human, json or yaml"));
    EXPECT_THAT(run({"version", "--set", "server.port"}).err, HasSubstr("expected KEY=VALUE"));
    for (const std::vector<std::string> &wrong : std::vector<std::vector<std::string>>{{"strem"},
                                                                                       {"stream"},
                                                                                       {"stream", "show"},
                                                                                       {"version", "please"},
                                                                                       {"version", "--nonsense"},
                                                                                       {"stream", "kick", "a", "--block-seconds", "x"}})
        EXPECT_EQ(run(wrong).exitCode, 2) << wrong.front();
}

TEST_F(CommandLine, UsageMistakesAreProblemDocumentsWhereJsonWasAskedFor)
{
    const auto outcome = run({"--output", "json", "stream", "show"});
    EXPECT_EQ(outcome.exitCode, 2);
    EXPECT_EQ(boost::json::parse(outcome.err).at("code"), "invalid_argument");
}

TEST_F(CommandLine, VersionIsToldInThreeWays)
{
    EXPECT_THAT(run({"version"}).out, StartsWith("matinee "));
    EXPECT_THAT(run({"version", "--output", "json"}).out, HasSubstr("\"version\": \""));
    EXPECT_THAT(run({"version", "--output", "yaml"}).out, StartsWith("version: \""));
    EXPECT_THAT(runAsGiven({"--version"}).out, StartsWith("matinee "));
}

TEST_F(CommandLine, ValidateNamesEveryMistakeAndExitsWithTwo)
{
    yaml("server:\n  prot: 80\nlogging:\n  level: loud\n");
    const auto outcome = run({"config", "validate"});
    EXPECT_EQ(outcome.exitCode, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err, "matinee: The configuration has 2 mistakes:\n  " + dataDir() +
                               "/matinee.yaml:2: server.prot: there is no such setting. Did you mean server.port?\n  " + dataDir() +
                               "/matinee.yaml:4: logging.level: expected one of info, debug, warn, error, got \"loud\"\n");

    const auto document = boost::json::parse(run({"config", "validate", "--output", "json"}).err);
    EXPECT_EQ(document.at("problems").as_array().size(), 2U);
    EXPECT_EQ(document.at("problems").at(0).at("line"), 2);
    EXPECT_EQ(document.at("problems").at(0).at("key"), "server.prot");
}

TEST_F(CommandLine, ValidateChangesNothing)
{
    EXPECT_EQ(run({"config", "validate"}).exitCode, 0);
    EXPECT_FALSE(std::filesystem::exists(dataDir()));
}

TEST_F(CommandLine, ValidateStrictRefusesWhatIsOnlyWarnedOf)
{
    yaml("server.hsts: on\n");
    const auto lax = run({"config", "validate"});
    EXPECT_EQ(lax.exitCode, 0);
    EXPECT_THAT(lax.out, HasSubstr("Warning: "));
    EXPECT_EQ(run({"config", "validate", "--strict"}).exitCode, 2);
}

TEST_F(CommandLine, ShowTellsWhereEachValueComesFrom)
{
    yaml("server:\n  port: 1001\n");
    environment["MATINEE_LOGGING_LEVEL"] = "debug";
    const auto outcome = run({"config", "show", "--origin", "--set", "server.workers=2"});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
    EXPECT_THAT(outcome.out, testing::ContainsRegex("server.port +1001 +" + dataDir() + "/matinee.yaml:2\n"));
    EXPECT_THAT(outcome.out, testing::ContainsRegex("logging.level +debug +environment MATINEE_LOGGING_LEVEL\n"));
    EXPECT_THAT(outcome.out, testing::ContainsRegex("server.workers +2 +command line --set\n"));
    EXPECT_THAT(outcome.out, testing::ContainsRegex("server.name +Matinee +default\n"));
}

TEST_F(CommandLine, NoOutputEverHoldsASecret)
{
    const std::string token = "9f1c6be0a4d37725c8b91e04fd62a83b";
    const std::string key = token + token;
    ASSERT_EQ(run({"serve"}).exitCode, 0); // makes the secrets
    std::string made = folder.read("data/secrets/security.credential_encryption_key");
    made.pop_back();
    ASSERT_EQ(made.size(), 64U);
    const std::vector<std::string> given{"--set", "metrics.auth.mode=bearer_token",
                                         "--set", "metrics.auth.bearer_token=" + token,
                                         "--set", "database.url=postgres://joe:hunter2@db/matinee",
                                         "--set", "jwt.secret=" + key};
    for (const std::string format : {"human", "json", "yaml"}) {
        for (std::vector<std::string> command : std::vector<std::vector<std::string>>{
                 {"config", "show", "--origin"}, {"config", "show"}, {"config", "validate"}, {"serve", "--dry-run"}}) {
            command.insert(command.end(), given.begin(), given.end());
            command.insert(command.end(), {"--output", format});
            const auto outcome = run(command);
            EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
            for (const std::string &secret : {token, made, std::string("hunter2")}) {
                EXPECT_THAT(outcome.out, Not(HasSubstr(secret)));
                EXPECT_THAT(outcome.err, Not(HasSubstr(secret)));
            }
        }
    }
}

TEST_F(CommandLine, ServeGetsTheSettingsAFolderAndAWayToReload)
{
    yaml("server.port: 1001\nlivestream.rtmp_port: 1002\nlogging.level: warn\n");
    app::ServeOptions seen;
    serve = [&](const app::ServeOptions &options) {
        seen = options;
        EXPECT_TRUE(std::filesystem::is_directory(options.dataDir));
        return 7;
    };
    EXPECT_EQ(run({"serve", "--rtmp-port", "1003", "--set", "livestream.rtmp_port=1004"}).exitCode, 7);
    EXPECT_EQ(seen.settings->get(settings::serverPort), 1001);
    EXPECT_EQ(seen.settings->get(settings::livestreamRtmpPort), 1003) << "the option of the command itself is the last word";
    EXPECT_EQ(seen.settings->get(settings::jwtSecret).size(), 64U);
    EXPECT_FALSE(seen.dryRun);

    yaml("server.port: 1005\nlogging.level: debug\n");
    const auto again = seen.reload();
    ASSERT_TRUE(again);
    const auto changes = seen.settings->replace(*again);
    EXPECT_EQ(seen.settings->get(settings::loggingLevel), "debug");
    EXPECT_EQ(seen.settings->get(settings::serverPort), 1001);
    EXPECT_THAT(changes.needRestart, testing::ElementsAre(settings::serverPort.declaration));

    yaml("server.prot: 1006\nlogging.level: loud\n");
    const auto broken = seen.reload();
    ASSERT_FALSE(broken);
    EXPECT_THAT(broken.error().message, HasSubstr("matinee.yaml:1: server.prot"));
    EXPECT_THAT(broken.error().message, HasSubstr("matinee.yaml:2: logging.level"));
}

TEST_F(CommandLine, ServeWithAMistakeStartsNothingAndMakesNothing)
{
    bool served = false;
    serve = [&](const app::ServeOptions &) {
        served = true;
        return 0;
    };
    EXPECT_EQ(run({"serve", "--port", "99999"}).exitCode, 2);
    EXPECT_EQ(run({"serve", "--set", "server.prot=1"}).exitCode, 2);
    EXPECT_FALSE(served);
    EXPECT_FALSE(std::filesystem::exists(dataDir()));
}

TEST_F(CommandLine, DryRunMakesNothing)
{
    bool dry = false;
    serve = [&](const app::ServeOptions &options) {
        dry = options.dryRun;
        return 0;
    };
    EXPECT_EQ(run({"serve", "--dry-run"}).exitCode, 0);
    EXPECT_TRUE(dry);
    EXPECT_FALSE(std::filesystem::exists(dataDir()));
}

TEST_F(CommandLine, AFolderThatCannotBeUsedIsTheEnvironmentsFault)
{
    folder.write("data", "a file where the folder should be");
    const auto outcome = run({"serve"});
    EXPECT_EQ(outcome.exitCode, 3);
    EXPECT_THAT(outcome.err, HasSubstr("--data-dir"));
}

TEST_F(CommandLine, TheDataFolderAndTheFileMayComeFromTheEnvironment)
{
    environment["MATINEE_DATA_DIR"] = folder.file("elsewhere");
    environment["MATINEE_CONFIG"] = folder.write("other.yaml", "server.name: Other\n");
    std::string seen;
    serve = [&](const app::ServeOptions &options) {
        seen = options.dataDir + " " + options.settings->get(settings::serverName);
        return 0;
    };
    const auto outcome = runAsGiven({"serve"});
    EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
    EXPECT_EQ(seen, folder.file("elsewhere") + " Other");
    EXPECT_EQ(run({"serve"}).exitCode, 0);
    EXPECT_EQ(seen, dataDir() + " Other") << "an option wins over the environment";
}

TEST_F(CommandLine, DatabaseStatesHaveTheirExitCodes)
{
    cli::DatabaseState state{.where = "SQLite x",
                             .state = "behind",
                             .sentence = "Run it.",
                             .databaseVersion = 1,
                             .programVersion = 2,
                             .applied = {{1, "first", "2026-01-02T03:04:05Z"}},
                             .due = {"0002_second"},
                             .mayStart = true};
    databaseState = [&](const auto &, const auto &) { return Result<cli::DatabaseState>(state); };
    auto outcome = run({"db", "status"});
    EXPECT_EQ(outcome.exitCode, 0);
    EXPECT_THAT(outcome.out, HasSubstr("SQLite x: behind\nRun it.\n"));
    EXPECT_THAT(outcome.out, HasSubstr("0002_second"));
    state.state = "dirty";
    state.mayStart = false;
    outcome = run({"db", "status", "--output", "json"});
    EXPECT_EQ(outcome.exitCode, 3);
    EXPECT_EQ(boost::json::parse(outcome.out).at("state"), "dirty");

    upgradeDatabase = [](const auto &, const auto &) -> Result<cli::DatabaseUpgrade> {
        return fail(ErrorCode::FailedPrecondition, "The database is newer than this program.");
    };
    outcome = run({"db", "migrate"});
    EXPECT_EQ(outcome.exitCode, 3);
    EXPECT_EQ(outcome.err, "matinee: The database is newer than this program.\n");
}

TEST_F(CommandLine, SigningKeysAreReplacedOnlyWhereThereIsASecretAndAreNeverShown)
{
    std::string folder, secret;
    rotateSigningKeys = [&](const std::string &dataDir, const std::string &given) -> Result<void> {
        folder = dataDir;
        secret = given;
        return {};
    };
    auto outcome = run({"settings", "rotate-signing-key"});
    EXPECT_EQ(outcome.exitCode, 2);
    EXPECT_THAT(outcome.err, HasSubstr("no jwt.secret yet"));
    EXPECT_EQ(folder, "");

    const std::string known = "7d1f4c0b9e2a6835d4f7c1a09b3e5d2860f4a7b1c8d93e5f2a6b7c0d1e4f9382";
    environment["MATINEE_JWT_SECRET"] = known;
    outcome = run({"settings", "rotate-signing-key"});
    EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("systemctl reload matinee"));
    EXPECT_EQ(outcome.out.find(known), std::string::npos);
    EXPECT_EQ(folder, dataDir());
    EXPECT_EQ(secret, known);

    rotateSigningKeys = [](const std::string &, const std::string &) -> Result<void> {
        return fail(ErrorCode::Unavailable, "The disk is full.");
    };
    EXPECT_EQ(run({"settings", "rotate-signing-key"}).exitCode, 3);
}

TEST_F(CommandLine, TheReferenceHasEverySettingInEachFormat)
{
    EXPECT_THAT(run({"config", "reference"}).out, StartsWith("# Settings\n"));
    EXPECT_EQ(boost::json::parse(run({"config", "reference", "--output", "json"}).out).as_array().size(), settings::declarations().size());
    EXPECT_THAT(run({"config", "example"}).out, HasSubstr("#port: 8080"));
}

} // namespace matinee
