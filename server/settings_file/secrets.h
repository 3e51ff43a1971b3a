// Secrets that nobody gave: made at the first start, kept in <data folder>/secrets/<key>, mode 0600, the same ever after.
// Blocking; start-up, reload and the command line.
#pragma once

#include "settings_file/problem.h"

#include "common/settings/snapshot.h"

#include <string>

namespace matinee::settings_file {

enum class MissingSecrets
{
    LeaveEmpty,
    Make
};

/// Fills every Generated secret of `snapshot` that is still empty. Adds a problem for a kept file that cannot be used: a damaged secret is
/// never replaced by a new one, since what it protects would be lost. Adds a notice when some were made, and for each file whose
/// mode had to be corrected.
void fillSecrets(settings::Snapshot &snapshot, const std::string &dataDir, MissingSecrets missing, Problems &problems, Problems &notices);

} // namespace matinee::settings_file
