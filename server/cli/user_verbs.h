// What the files of `matinee user` share. Main thread.
#pragma once

#include "cli/context.h"

#include <CLI/App.hpp>

#include <string>

namespace matinee::cli {

/// For CLI::Option::check: "" for a role that there is.
[[nodiscard]] std::string roleFault(const std::string &text);

/// invite, invitations, revoke-invitation.
void addInvitationVerbs(CLI::App &group, Context &context);

} // namespace matinee::cli
