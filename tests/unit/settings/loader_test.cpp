#include "settings_file/loader.h"

#include "temporary_folder.h"

#include "common/settings/settings.h"

#include <gmock/gmock.h>

#include <sys/stat.h>

namespace matinee::settings_file {

namespace {

using namespace settings;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char *kToken = "9f1c6be0a4d37725c8b91e04fd62a83b";

std::string text(const Problems &problems)
{
    std::string out;
    for (const Problem &problem : problems)
        out += problem.text() + "\n";
    return out;
}

} // namespace

class Loader : public testing::Test
{
protected:
    Loaded load() { return settings_file::load(m_sources, MissingSecrets::LeaveEmpty); }
    void yaml(const std::string &content) { m_path = m_folder.write("matinee.yaml", content); }
    /// The problems, with the path of the file cut to its name.
    std::string problems()
    {
        std::string all = text(load().problems);
        for (auto at = all.find(m_folder.path() + "/"); at != std::string::npos; at = all.find(m_folder.path() + "/"))
            all.erase(at, m_folder.path().size() + 1);
        return all;
    }

    test::TemporaryFolder m_folder;
    std::string m_path;
    Sources m_sources{.dataDir = m_folder.path(), .configFile = {}, .environment = {}, .overrides = {}};
};

TEST_F(Loader, NothingGivenMeansDefaults)
{
    const Loaded loaded = load();
    EXPECT_EQ(text(loaded.problems), "");
    EXPECT_EQ(loaded.snapshot.get(serverPort), 8080);
    EXPECT_EQ(loaded.configFile, "");
}

TEST_F(Loader, LaterSourcesWinAndEachValueKnowsItsOrigin)
{
    yaml("server:\n  port: 1001\n  name: from file\n  workers: 3\nlogging.level: warn\n");
    m_sources.environment = {{"MATINEE_SERVER_PORT", "1002"}, {"MATINEE_SERVER_NAME", "from environment"}};
    m_sources.overrides = {{"server.port", "1003", "--port"}};
    const Loaded loaded = load();
    ASSERT_EQ(text(loaded.problems), "");
    EXPECT_EQ(loaded.snapshot.get(serverPort), 1003);
    EXPECT_EQ(loaded.snapshot.origin(*serverPort.declaration).text(), "command line --port");
    EXPECT_EQ(loaded.snapshot.get(serverName), "from environment");
    EXPECT_EQ(loaded.snapshot.origin(*serverName.declaration).text(), "environment MATINEE_SERVER_NAME");
    EXPECT_EQ(loaded.snapshot.get(serverWorkers), 3);
    EXPECT_EQ(loaded.snapshot.origin(*serverWorkers.declaration).text(), m_path + ":4");
    EXPECT_EQ(loaded.snapshot.get(loggingLevel), "warn");
    EXPECT_EQ(loaded.snapshot.origin(*databaseUrl.declaration).text(), "default");
}

TEST_F(Loader, TheNamedFileTakesThePlaceOfTheOneInTheDataFolder)
{
    yaml("server.port: 1001\n");
    m_sources.configFile = m_folder.write("other.yaml", "server.name: Other\n");
    const Loaded loaded = load();
    EXPECT_EQ(loaded.snapshot.get(serverPort), 8080);
    EXPECT_EQ(loaded.snapshot.get(serverName), "Other");
}

TEST_F(Loader, ANamedFileMustExist)
{
    m_sources.configFile = m_folder.file("missing.yaml");
    EXPECT_EQ(problems(), "missing.yaml: there is no such file\n");
    m_sources.configFile = m_folder.path();
    EXPECT_THAT(text(load().problems), HasSubstr("is a folder"));
}

TEST_F(Loader, AllProblemsAreToldTogetherInTheOrderOfTheFile)
{
    yaml("server:\n"
         "  prot: 80\n"
         "  workers: many\n"
         "  trusted_proxies: [10.0.0.0/8, nonsense]\n"
         "logging:\n"
         "  level: loud\n"
         "livestream: 5\n"
         "zebra: 1\n"
         "server.name:\n");
    m_sources.environment = {{"MATINEE_SERVER_PORT", "tcp://10.0.0.1:80"}};
    m_sources.overrides = {{"servr.port", "1", "--set"}, {"database.read_threads", "0", "--set"}};
    EXPECT_EQ(problems(),
              "matinee.yaml:2: server.prot: there is no such setting. Did you mean server.port?\n"
              "matinee.yaml:3: server.workers: expected a whole number from 0 to 256, got \"many\"\n"
              "matinee.yaml:4: server.trusted_proxies: expected a list, each entry an address, a network such as 10.0.0.0/8 or fd00::/8, "
              "\"private\" or \"loopback\", got \"nonsense\"\n"
              "matinee.yaml:6: logging.level: expected one of info, debug, warn, error, got \"loud\"\n"
              "matinee.yaml:7: livestream: is a group of settings; expected keys below it, such as rtmp_port, rtmps_port, rtmp_address, "
              "public_host, max_streams, publish_grace_seconds\n"
              "matinee.yaml:8: zebra: there is no such setting (`matinee config reference` lists all)\n"
              "matinee.yaml:9: server.name: has no value; expected a text. Delete the line for the default\n"
              "environment MATINEE_SERVER_PORT: server.port: expected a whole number from 1 to 65535, got \"tcp://10.0.0.1:80\"\n"
              "--set: servr.port: there is no such setting. Did you mean server.port?\n"
              "--set: database.read_threads: expected a whole number from 1 to 64, got \"0\"\n");
}

TEST_F(Loader, AListWhereOneValueIsExpectedIsRefused)
{
    yaml("server:\n  port: [1, 2]\n");
    EXPECT_EQ(problems(), "matinee.yaml:2: server.port: expected a whole number from 1 to 65535, got a list\n");
}

TEST_F(Loader, OneTextIsAListOfOne)
{
    yaml("server:\n  trusted_proxies: 10.0.0.1\n");
    EXPECT_THAT(load().snapshot.get(serverTrustedProxies), ElementsAre("10.0.0.1"));
}

TEST_F(Loader, AGroupWhoseLinesAreCommentsIsNoMistake)
{
    yaml("server:\n  # port: 80\nmetrics:\n  auth:\n");
    EXPECT_EQ(problems(), "");
}

TEST_F(Loader, AnyValueMayStandInAFile)
{
    const std::string token = m_folder.write("token", std::string(kToken) + "\n");
    const std::string name = m_folder.write("name", "Cinema");
    m_sources.environment = {{"MATINEE_METRICS_AUTH_BEARER_TOKEN_FILE", token}, {"MATINEE_METRICS_AUTH_MODE", "bearer_token"}};
    m_sources.overrides = {{"server.name_file", name, "--set"}};
    yaml("jwt:\n  secret_file: " + m_folder.write("jwt", "9f1c6be0a4d37725c8b91e04fd62a83b5517e0c94ab2d6f8130e7c5d2948fa61\n") + "\n");
    const Loaded loaded = load();
    ASSERT_EQ(text(loaded.problems), "");
    EXPECT_EQ(loaded.snapshot.get(metricsAuthBearerToken), kToken);
    EXPECT_EQ(loaded.snapshot.get(serverName), "Cinema");
    EXPECT_EQ(loaded.snapshot.get(jwtSecret).size(), 64U);
    EXPECT_EQ(loaded.snapshot.origin(*metricsAuthBearerToken.declaration).text(), "environment MATINEE_METRICS_AUTH_BEARER_TOKEN_FILE");
}

TEST_F(Loader, FilesOfValuesThatCannotServeAreNamed)
{
    m_sources.environment = {{"MATINEE_JWT_SECRET_FILE", m_folder.file("none")},
                             {"MATINEE_METRICS_AUTH_PASSWORD_FILE", m_folder.write("empty", "\n")}};
    m_sources.overrides = {{"server.port_file", m_folder.write("port", "eighty\n"), "--set"}};
    EXPECT_EQ(problems(), "environment MATINEE_METRICS_AUTH_PASSWORD_FILE: metrics.auth.password: the file empty is empty\n"
                          "environment MATINEE_JWT_SECRET_FILE: jwt.secret: the file none does not exist\n"
                          "--set: server.port_file: in the file port: expected a whole number from 1 to 65535, got \"eighty\"\n");
}

TEST_F(Loader, AValueAndItsFileExcludeEachOther)
{
    m_sources.environment = {{"MATINEE_SERVER_NAME", "a"}, {"MATINEE_SERVER_NAME_FILE", "b"}};
    EXPECT_EQ(problems(), "environment: server.name: both MATINEE_SERVER_NAME and MATINEE_SERVER_NAME_FILE are set; keep one\n");
    m_sources.environment.clear();
    yaml("server:\n  name: a\n  name_file: b\n");
    EXPECT_EQ(problems(), "matinee.yaml:3: server.name_file: is given both as it is and as server.name_file; keep one\n");
}

TEST_F(Loader, VariablesThatNameNoSettingAreWarnedOfAndWithStrictRefused)
{
    m_sources.environment = {
        {"MATINEE_SERVER_PROT", "80"}, {"MATINEE_PORT_8080_TCP", "tcp://10.0.0.1"}, {"MATINEE_SERVER_SERVICE_HOST", "x"}};
    EXPECT_EQ(problems(), "");
    EXPECT_EQ(text(load().warnings), "environment MATINEE_SERVER_PROT: names no setting. Did you mean MATINEE_SERVER_PORT?\n");
    m_sources.strict = true;
    EXPECT_EQ(problems(), "environment MATINEE_SERVER_PROT: names no setting. Did you mean MATINEE_SERVER_PORT?\n");
}

TEST_F(Loader, SettingsThatNeedEachOtherAreCheckedTogether)
{
    yaml("server:\n  tls_certificate: /nowhere/cert.pem\n  port: 1935\n  cors_allowed_origins: [\"*\", \"https://a.example.org\"]\n"
         "  web_dir: /nowhere\nmetrics:\n  auth:\n    mode: basic\n");
    EXPECT_EQ(problems(), "matinee.yaml:2: server.tls_certificate: needs server.tls_key as well; give both or neither\n"
                          "matinee.yaml:2: server.tls_certificate: the file /nowhere/cert.pem does not exist or may not be read\n"
                          "matinee.yaml:3: server.port: is the same port as livestream.rtmp_port (1935); give one of them another number\n"
                          "matinee.yaml:4: server.cors_allowed_origins: has * and other entries; * alone means all\n"
                          "matinee.yaml:5: server.web_dir: there is no index.html in /nowhere\n"
                          "matinee.yaml:8: metrics.auth.mode: basic needs metrics.auth.username as well\n"
                          "matinee.yaml:8: metrics.auth.mode: basic needs metrics.auth.password as well\n");
}

TEST_F(Loader, RtmpsNeedsACertificateAndAPortOfItsOwn)
{
    yaml("livestream:\n  rtmps_port: 1935\n");
    EXPECT_EQ(problems(),
              "matinee.yaml:2: livestream.rtmps_port: is the same port as livestream.rtmp_port (1935); give one of them another number\n"
              "matinee.yaml:2: livestream.rtmps_port: needs server.tls_certificate and server.tls_key as well\n");
    yaml("livestream:\n  rtmps_port: 0\n");
    EXPECT_EQ(problems(), "");
}

TEST_F(Loader, SuspiciousButWorkingConfigurationsAreWarnedOf)
{
    yaml("server:\n  hsts: on\n  trusted_proxies: [0.0.0.0/0]\nmetrics:\n  auth:\n    bearer_token: " + std::string(kToken) + "\n");
    ::chmod(m_path.c_str(), 0644);
    const std::string warnings = text(load().warnings);
    EXPECT_EQ(problems(), "");
    EXPECT_THAT(warnings, HasSubstr("server.hsts: has no effect without https"));
    EXPECT_THAT(warnings, HasSubstr("0.0.0.0/0 lets everybody pretend"));
    EXPECT_THAT(warnings, HasSubstr("metrics.auth.mode: is none, so /metrics is open"));
    EXPECT_THAT(warnings, HasSubstr("is a secret in a file that every user of this machine can read"));
    ::chmod(m_path.c_str(), 0600);
    EXPECT_THAT(text(load().warnings), Not(HasSubstr("every user of this machine")));
}

TEST_F(Loader, ExampleSecretsAreRefusedWithASentenceThatDoesNotRepeatThem)
{
    yaml("metrics:\n  auth:\n    mode: bearer_token\n    bearer_token: changeme-changeme-changeme\njwt:\n  secret: short\n");
    const std::string all = problems();
    EXPECT_THAT(all, HasSubstr("matinee.yaml:4: metrics.auth.bearer_token: is an example value that everybody can look up"));
    EXPECT_THAT(all, HasSubstr("matinee.yaml:6: jwt.secret: expected 64 hexadecimal digits"));
    EXPECT_THAT(all, Not(HasSubstr("changeme")));
    EXPECT_THAT(all, Not(HasSubstr("short")));
}

TEST_F(Loader, AReloadWithOneMistakeChangesNothing)
{
    yaml("logging.level: info\n");
    Settings settings(std::make_shared<const Snapshot>(load().snapshot));
    yaml("logging.level: debug\nserver.prot: 80\n");
    const Loaded again = load();
    EXPECT_FALSE(again.good());
    EXPECT_EQ(settings.get(loggingLevel), "info");

    yaml("logging.level: debug\nserver.port: 80\n");
    const Loaded third = load();
    ASSERT_TRUE(third.good());
    const Changes changes = settings.replace(std::make_shared<const Snapshot>(third.snapshot));
    EXPECT_EQ(settings.get(loggingLevel), "debug");
    EXPECT_THAT(changes.needRestart, ElementsAre(serverPort.declaration));
}

TEST_F(Loader, AProviderOfSignInNeedsAllThatItSignsInBy)
{
    const std::string server = "server:\n  public_url: https://watch.example.org\n";
    yaml(server + "oauth2:\n  oidc:\n    client_id: matinee\n");
    EXPECT_THAT(problems(), HasSubstr("matinee.yaml:5: oauth2.oidc.client_id: needs oauth2.oidc.issuer as well"));
    yaml(server + "oauth2:\n  apple:\n    client_id: org.example.watch\n");
    EXPECT_THAT(problems(), testing::AllOf(HasSubstr("needs oauth2.apple.team_id"), HasSubstr("oauth2.apple.key_id"),
                                           HasSubstr("oauth2.apple.client_secret")));
    yaml(server + "oauth2:\n  oidc:\n    client_id: matinee\n    issuer: login.example.org\n    allowed_redirects: ['javascript:x']\n");
    EXPECT_THAT(problems(), testing::AllOf(HasSubstr("oauth2.oidc.issuer: expected the address of an OpenID provider"),
                                           HasSubstr("oauth2.oidc.allowed_redirects: expected")));
    yaml("oauth2:\n  github:\n    client_id: Iv1\n    client_secret: s3cret\n    enable_signup: true\n");
    const Loaded loaded = load();
    EXPECT_EQ(text(loaded.problems), "");
    EXPECT_THAT(text(loaded.warnings), HasSubstr("server.public_url: is empty"));
    for (const OAuth2Provider &provider : oauth2Providers)
        EXPECT_EQ(loaded.snapshot.get(provider.enableSignup), provider.id == "github") << provider.id;
    m_sources.environment = {{"MATINEE_OAUTH2_GITHUB_CLIENT_SECRET", "of the environment"}};
    for (const OAuth2Provider &provider : oauth2Providers)
        if (provider.id == "github") {
            EXPECT_EQ(load().snapshot.get(provider.clientSecret), "of the environment");
        }
}

} // namespace matinee::settings_file
