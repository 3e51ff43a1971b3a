#include "cli/commands.h"

#include "cli/completion_script.h"

#include <CLI/CLI.hpp>

#include <ostream>

namespace matinee::cli {

void addCompletion(CLI::App &root, Context &context)
{
    auto *group = root.add_subcommand("completion", "Print completion for a shell");
    group->require_subcommand(1);
    group->footer("Example: source <(matinee completion bash)");

    const auto add = [&](const char *shell, const char *example, std::string (*script)(const CLI::App &)) {
        auto *command = group->add_subcommand(shell, std::string("Completion for ") + shell);
        command->footer(std::string("Example: ") + example);
        command->callback([&root, &context, script] {
            context.command = [&root, &context, script] {
                context.world.out << script(root);
                context.world.out.flush();
                return context.world.out ? kOk : kFailed;
            };
        });
    };
    add("bash", "source <(matinee completion bash)", bashCompletion);
    add("zsh", "matinee completion zsh > \"${fpath[1]}/_matinee\"", zshCompletion);
    add("fish", "matinee completion fish > ~/.config/fish/completions/matinee.fish", fishCompletion);
}

} // namespace matinee::cli
