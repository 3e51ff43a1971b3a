// One run of the command line: the global options, where the settings come from, and how answers and failures are told.
// Made by run(), lives as long as the command. Main thread.
#pragma once

#include "cli/exit_code.h"
#include "cli/world.h"

#include "settings_file/loader.h"

#include <boost/json/value.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace matinee::cli {

class Context
{
public:
    explicit Context(World &world);

    World &world;

    // The global options.
    std::string dataDir = "./matinee-data";
    std::optional<std::string> configFile;
    std::vector<std::string> assignments; ///< KEY=VALUE, checked for the '='
    std::string output = "human";

    /// What the chosen subcommand does; set while the arguments are parsed, called afterwards.
    std::function<int()> command;

    /// Values that options of the command itself stand for (--port); they come after --set.
    void set(std::string key, std::string value, std::string option);
    [[nodiscard]] settings_file::Sources sources() const;
    /// Loads the configuration, tells warnings and problems on stderr; nothing where there are problems (exit with kUsage).
    [[nodiscard]] std::optional<settings_file::Loaded> load(settings_file::MissingSecrets missing) const;

    /// Prints the document as JSON or YAML, or the text for people; returns kOk.
    int answer(const boost::json::value &document, const std::string &human) const;
    /// Tells a failure on stderr: one sentence, or a problem document (RFC 9457). Returns its exit code, or the given one.
    int failed(const Error &error, std::optional<int> exitCode = {}) const;
    /// Tells what is wrong with the configuration, all of it. Returns kUsage.
    int refused(const settings_file::Problems &problems) const;
    /// A line on stderr for people, next to the answer.
    void notice(const std::string &line) const;

    [[nodiscard]] bool human() const { return output == "human"; }

private:
    void tell(std::ostream &stream, const boost::json::value &document, const std::string &human) const;

    std::vector<settings_file::Sources::Override> m_overrides;
};

} // namespace matinee::cli
