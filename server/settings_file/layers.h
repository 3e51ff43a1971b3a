// One layer of the configuration onto a snapshot: the entries of a YAML file, the environment, the options of the command line.
// Pure but for the reading of `_file` values. Used by the loader, and by the fuzz target.
#pragma once

#include "settings_file/loader.h"
#include "settings_file/yaml_file.h"

namespace matinee::settings_file {

void applyYaml(Loaded &into, const YamlFile &file, const std::string &source);
void applyEnvironment(Loaded &into, const std::map<std::string, std::string> &environment);
void applyOverrides(Loaded &into, const std::vector<Sources::Override> &overrides);

/// What no setting can tell by itself: settings that need each other, files that must exist, ports that collide.
void checkTogether(Loaded &into);

} // namespace matinee::settings_file
