#include "settings_file/loader.h"

#include "settings_file/files.h"
#include "settings_file/layers.h"

#include <algorithm>
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

namespace matinee::settings_file {

namespace {

/// Reads the file that counts: the one that was named, else the one in the data folder if there is one.
void applyFile(Loaded &into, const Sources &sources)
{
    const std::string path = sources.configFile.value_or(sources.dataDir + "/matinee.yaml");
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        into.problems.push_back({path, 0, "", "is a folder; expected a YAML file"});
        return;
    }
    const Result<std::string> content = readFile(path, kMaxFileBytes);
    if (!content && content.error().code == ErrorCode::NotFound && !sources.configFile)
        return;
    if (!content) {
        into.problems.push_back({path, 0, "", content.error().message});
        return;
    }
    into.configFile = path;
    applyYaml(into, readYaml(*content, path), path);

    struct stat status
    {
    };
    if (::stat(path.c_str(), &status) != 0 || (status.st_mode & 004) == 0)
        return;
    for (const settings::Declaration *declaration : settings::declarations()) {
        const settings::Origin &origin = into.snapshot.origin(*declaration);
        if (declaration->secret() && origin.kind == settings::Origin::File) {
            into.warnings.push_back({path, 0, std::string(declaration->key),
                                     "is a secret in a file that every user of this machine can read; chmod 600 " + path});
            return;
        }
    }
}

} // namespace

Loaded load(const Sources &sources, MissingSecrets missing)
{
    Loaded loaded;
    applyFile(loaded, sources);
    applyEnvironment(loaded, sources.environment);
    applyOverrides(loaded, sources.overrides);
    checkTogether(loaded);
    // Nothing is written for a configuration that does not stand.
    fillSecrets(loaded.snapshot, sources.dataDir, loaded.good() ? missing : MissingSecrets::LeaveEmpty, loaded.problems, loaded.notices);
    if (sources.strict) {
        loaded.problems.insert(loaded.problems.end(), loaded.warnings.begin(), loaded.warnings.end());
        loaded.warnings.clear();
    }
    // What is in one file comes in the order of its lines; sources stay in their order.
    const auto byLine = [](const Problem &a, const Problem &b) { return a.source == b.source && a.line < b.line; };
    for (Problems *list : {&loaded.problems, &loaded.warnings}) {
        for (auto from = list->begin(); from != list->end();) {
            const auto to = std::find_if(from, list->end(), [&](const Problem &p) { return p.source != from->source; });
            std::stable_sort(from, to, byLine);
            from = to;
        }
    }
    return loaded;
}

std::string environmentName(std::string_view key)
{
    std::string name = "MATINEE_";
    for (const char c : key)
        name += c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return name;
}

std::map<std::string, std::string> processEnvironment()
{
    std::map<std::string, std::string> all;
    for (char **variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
        const std::string_view text(*variable);
        const auto equals = text.find('=');
        if (text.starts_with("MATINEE_") && equals != std::string_view::npos)
            all.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return all;
}

} // namespace matinee::settings_file
