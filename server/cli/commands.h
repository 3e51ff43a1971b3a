// The subcommands: each adds itself to the tree and, when chosen, leaves what it does in Context::command. One file each.
#pragma once

#include "cli/context.h"

#include <CLI/App.hpp>

namespace matinee::cli {

void addServe(CLI::App &root, Context &context);
void addConfig(CLI::App &root, Context &context);
void addDb(CLI::App &root, Context &context);
void addStream(CLI::App &root, Context &context);
void addApiKey(CLI::App &root, Context &context);
void addUser(CLI::App &root, Context &context);
void addAudit(CLI::App &root, Context &context);
void addSettings(CLI::App &root, Context &context);
void addVersion(CLI::App &root, Context &context);
void addCompletion(CLI::App &root, Context &context);

} // namespace matinee::cli
