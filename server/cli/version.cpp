#include "cli/commands.h"

#include "common/protocol/version.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace matinee::cli {

void addVersion(CLI::App &root, Context &context)
{
    auto *command = root.add_subcommand("version", "Print the version");
    command->footer("Example: matinee version --output json");
    command->callback([&context] {
        context.command = [&context] {
            const std::string version(kVersion);
            return context.answer(boost::json::object{{"version", version}}, "matinee " + version + "\n");
        };
    });
}

} // namespace matinee::cli
