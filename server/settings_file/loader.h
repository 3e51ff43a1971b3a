// The whole configuration: default < YAML file < MATINEE_* environment < command line. Everything is checked before anything counts, and
// all problems are told together. Blocking (reads files); start-up, reload (SIGHUP) and the command line.
#pragma once

#include "settings_file/problem.h"
#include "settings_file/secrets.h"

#include "common/settings/snapshot.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace matinee::settings_file {

/// Where settings come from. Kept for the life of a server, since SIGHUP loads again from the same places.
struct Sources
{
    /// A value given by an option: --set server.port=80 is {"server.port", "80", "--set"}; --port 80 is {"server.port", "80", "--port"}.
    struct Override
    {
        std::string key; ///< KEY_file names a file that holds the value.
        std::string value;
        std::string option;
    };

    std::string dataDir;
    std::optional<std::string> configFile; ///< Must exist. Without it DATA-DIR/matinee.yaml is read if it is there.
    std::map<std::string, std::string> environment;
    std::vector<Override> overrides;
    bool strict = false; ///< Warnings are problems.
};

struct Loaded
{
    settings::Snapshot snapshot; ///< Counts only where there are no problems.
    std::string configFile;      ///< The file that was read, or empty.
    Problems problems;           ///< Each stops a start and a reload.
    Problems warnings;           ///< Worth a look.
    Problems notices;            ///< What was done about secrets.

    [[nodiscard]] bool good() const { return problems.empty(); }
};

[[nodiscard]] Loaded load(const Sources &sources, MissingSecrets missing);

/// "MATINEE_SERVER_PORT" for "server.port".
[[nodiscard]] std::string environmentName(std::string_view key);
/// The variables of this process that begin with MATINEE_.
[[nodiscard]] std::map<std::string, std::string> processEnvironment();

} // namespace matinee::settings_file
