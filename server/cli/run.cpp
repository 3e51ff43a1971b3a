#include "cli/run.h"

#include "cli/commands.h"

#include "observe/log.h"

#include "common/protocol/version.h"
#include "common/settings/edit_distance.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <ostream>

namespace matinee::cli {

namespace {

constexpr const char *kFooter = "Exit codes:\n"
                                "  0 done    1 failed    2 the command line or the configuration is wrong\n"
                                "  3 something around it is (port taken, data folder not writable, database)\n"
                                "  4 no such thing    5 no server is running\n\n"
                                "Settings come from DATA-DIR/matinee.yaml or --config, then MATINEE_* variables, then --set.\n"
                                "Example: matinee serve --set server.name=Cinema";

/// Wider than CLI11's own, and without the noise.
class Formatter final : public CLI::Formatter
{
public:
    Formatter()
    {
        column_width(34);
        label("REQUIRED", "");
        label("Positionals", "Arguments");
    }
    std::string make_usage(const CLI::App *app, std::string) const override
    {
        std::string path;
        for (const CLI::App *part = app; part != nullptr; part = part->get_parent())
            path = part->get_name() + (path.empty() ? "" : " ") + path;
        std::string usage = "Usage: " + path;
        if (!app->get_subcommands([](const CLI::App *) { return true; }).empty())
            usage += " COMMAND";
        for (const CLI::Option *option : app->get_options()) {
            if (option->get_positional())
                usage += " " + option->get_name();
        }
        return usage + " [OPTIONS]\n";
    }
    std::string make_option_opts(const CLI::Option *option) const override
    {
        const std::string type = option->get_positional() ? "" : option->get_type_name();
        return (type.empty() ? "" : " " + type) + (option->get_required() && !option->get_positional() ? " (needed)" : "");
    }
    std::string make_footer(const CLI::App *app) const override
    {
        const std::string own = app->get_footer();
        return (own.empty() ? "" : own + "\n") + std::string(app->get_parent() != nullptr ? kGlobal : "");
    }

private:
    static constexpr const char *kGlobal = "\n--data-dir, --config, --set and --output work here too; see `matinee --help`.\n";
};

void addGlobalOptions(CLI::App &root, Context &context)
{
    root.add_option("--data-dir", context.dataDir, "Where the server keeps everything (MATINEE_DATA_DIR; ./matinee-data)")
        ->type_name("DIR");
    root.add_option("--config", context.configFile, "Configuration (MATINEE_CONFIG; matinee.yaml in the data folder)")->type_name("FILE");
    root.add_option("--set", context.assignments, "Give a setting a value; as often as you like")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false)
        ->check([](const std::string &text) {
            return text.find('=') != std::string::npos && !text.starts_with('=')
                       ? std::string()
                       : "expected KEY=VALUE such as server.port=80, got \"" + text + "\"";
        });
    root.add_option("--output", context.output, "How to answer")->type_name("human|json|yaml")->check([](const std::string &text) {
        return text == "human" || text == "json" || text == "yaml" ? std::string() : "expected human, json or yaml, got \"" + text + "\"";
    });
}

/// CLI11 groups commands under "Subcommands" unless told otherwise.
void nameGroups(CLI::App &app)
{
    for (CLI::App *child : app.get_subcommands([](const CLI::App *) { return true; })) {
        child->group("Commands");
        nameGroups(*child);
    }
}

/// The command that was reached before something went wrong.
const CLI::App &deepest(const CLI::App &root)
{
    const CLI::App *app = &root;
    while (!app->get_subcommands().empty())
        app = app->get_subcommands().front();
    return *app;
}

std::string pathOf(const CLI::App &app)
{
    return (app.get_parent() != nullptr ? pathOf(*app.get_parent()) + " " : std::string()) + app.get_name();
}

std::string nearestOf(const std::string &word, const std::vector<std::string> &known)
{
    std::string best;
    std::size_t bestDistance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const std::string &candidate : known) {
        const std::size_t edits = word.size() > 40 ? bestDistance : settings::editDistance(word, candidate);
        if (edits < bestDistance) {
            bestDistance = edits;
            best = candidate;
        }
    }
    return best;
}

/// The sentence for an argument that nothing wanted.
std::string strayArgument(const CLI::App &app, const std::string &word)
{
    std::vector<std::string> known;
    std::string sentence;
    if (word.starts_with('-')) {
        for (const CLI::App *part = &app; part != nullptr; part = part->get_parent()) {
            for (const CLI::Option *option : part->get_options()) {
                for (const std::string &name : option->get_lnames())
                    known.push_back("--" + name);
            }
        }
        sentence = "`" + pathOf(app) + "` has no option " + word.substr(0, word.find('=')) + ".";
    } else if (const auto children = app.get_subcommands([](const CLI::App *) { return true; }); !children.empty()) {
        for (const CLI::App *child : children)
            known.push_back(child->get_name());
        sentence = "There is no command `" + pathOf(app) + " " + word + "`.";
    } else {
        return "`" + pathOf(app) + "` does not know what to do with \"" + word + "\".";
    }
    const std::string near = nearestOf(word.substr(0, word.find('=')), known);
    return near.empty() ? sentence : sentence + " Did you mean " + near + "?";
}

int refused(const CLI::App &root, const Context &context, const CLI::ParseError &error)
{
    const CLI::App &app = deepest(root);
    const std::vector<std::string> stray = root.remaining(true);
    std::string sentence;
    if (!stray.empty())
        sentence = strayArgument(app, stray.front());
    else if (dynamic_cast<const CLI::RequiredError *>(&error) != nullptr &&
             !app.get_subcommands([](const CLI::App *) { return true; }).empty())
        sentence = "`" + pathOf(app) + "` needs a command.";
    else
        sentence = "`" + pathOf(app) + "`: " + error.what() + ".";
    return context.failed(fail(ErrorCode::InvalidArgument, sentence + " See `" + pathOf(app) + " --help`."), kUsage);
}

} // namespace

int run(std::vector<std::string> arguments, World &world)
{
    Context context(world);
    CLI::App root("Matinee: watch together and go live, on your own server.", "matinee");
    root.formatter(std::make_shared<Formatter>());
    root.fallthrough(); // inherited: global options work after the subcommand too
    root.require_subcommand(1);
    root.set_help_flag("-h,--help", "Print this help");
    root.set_version_flag("--version", "matinee " + std::string(kVersion), "Print the version");
    root.footer(kFooter);
    addGlobalOptions(root, context);
    addServe(root, context);
    addConfig(root, context);
    addDb(root, context);
    addStream(root, context);
    addApiKey(root, context);
    addUser(root, context);
    addAudit(root, context);
    addSettings(root, context);
    addVersion(root, context);
    addCompletion(root, context);
    nameGroups(root);

    if (arguments.empty()) {
        world.err << root.help();
        return kUsage;
    }
    std::reverse(arguments.begin(), arguments.end()); // CLI11 takes them from the back
    try {
        root.parse(std::move(arguments));
    } catch (const CLI::Success &success) { // --help, --version
        return root.exit(success, world.out, world.err);
    } catch (const CLI::ParseError &error) {
        return refused(root, context, error);
    }
    log::configure(log::Format::Human, log::Level::warn); // `serve` configures its own
    return context.command();
}

} // namespace matinee::cli
