// A subcommand that makes declared calls: how it is added to its group, and that the calls are opened before it acts. `Arguments` are those
// of its whole group, filled in while the command line is parsed. Main thread.
#pragma once

#include "cli/calls.h"

#include <CLI/App.hpp>

#include <memory>
#include <string>

namespace matinee::cli {

template <class Arguments> struct Verb
{
    const char *name;
    const char *description;
    const char *example;
    int (*action)(Context &, Calls &, const Arguments &); ///< Gives the exit code.
    Calls::Folder folder = Calls::Folder::MustExist;
};

/// `addVerb(*group, context, {"list", "List the accounts", "matinee user list", list}, arguments)`; gives the subcommand, for its options.
template <class Arguments>
CLI::App *addVerb(CLI::App &group, Context &context, const Verb<Arguments> &verb, const std::shared_ptr<Arguments> &arguments)
{
    auto *command = group.add_subcommand(verb.name, verb.description);
    command->footer(std::string("Example: ") + verb.example);
    command->callback([&context, arguments, verb] {
        context.command = [&context, arguments, verb] {
            int exitCode = kFailed;
            auto calls = Calls::open(context, verb.folder, exitCode);
            return calls ? verb.action(context, *calls, *arguments) : exitCode;
        };
    });
    return command;
}

} // namespace matinee::cli
