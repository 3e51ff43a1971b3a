#include "settings_file/layers.h"

#include "settings_file/files.h"

#include "common/settings/value.h"

#include <algorithm>
#include <set>

namespace matinee::settings_file {

namespace {

using settings::Declaration;
using settings::Origin;

constexpr std::string_view kFileSuffix = "_file";
constexpr std::string_view kPrefix = "MATINEE_";

/// A key as somebody wrote it: the setting, and whether the value is the name of a file that holds it.
struct Named
{
    const Declaration *declaration = nullptr;
    bool inFile = false;
};

Named lookUp(std::string_view key)
{
    if (const Declaration *declaration = settings::find(key))
        return {declaration, false};
    if (key.ends_with(kFileSuffix))
        return {settings::find(key.substr(0, key.size() - kFileSuffix.size())), true};
    return {};
}

std::string unknown(std::string_view key)
{
    const std::string_view near = settings::nearest(key);
    if (near.empty())
        return "there is no such setting (`matinee config reference` lists all)";
    return "there is no such setting. Did you mean " + std::string(near) + "?";
}

/// The keys directly below a group, as a person would look for them: "auth, ...".
std::string below(std::string_view group)
{
    constexpr std::size_t kExamples = 6;
    std::string out;
    std::set<std::string_view> seen;
    for (const Declaration *declaration : settings::declarations()) {
        if (!declaration->key.starts_with(group) || declaration->key.substr(group.size(), 1) != ".")
            continue;
        const std::string_view rest = declaration->key.substr(group.size() + 1);
        const std::string_view word = rest.substr(0, rest.find('.'));
        if (seen.insert(word).second && seen.size() <= kExamples)
            out.append(out.empty() ? "" : ", ").append(word);
    }
    return out;
}

/// The content of the file that a `_file` value names, without the end of its last line.
Result<std::string> contentOf(const std::string &path)
{
    Result<std::string> content = readFile(path, std::size_t{64} << 10);
    if (!content) {
        const bool missing = content.error().code == ErrorCode::NotFound;
        return fail(content.error().code, "the file " + path + " " + (missing ? "does not exist" : content.error().message));
    }
    if (content->ends_with('\n'))
        content->pop_back();
    if (content->ends_with('\r'))
        content->pop_back();
    if (content->empty())
        return fail(ErrorCode::InvalidArgument, "the file " + path + " is empty");
    return content;
}

/// Puts one textual value in its place, or says why not. `where` is the Origin's, `source` and `line` the Problem's.
void applyText(Loaded &into, const Named &named, const std::string &value, const Origin &origin, Problem about)
{
    std::string text = value;
    if (named.inFile) {
        Result<std::string> content = contentOf(value);
        if (!content) {
            about.what = content.error().message;
            into.problems.push_back(std::move(about));
            return;
        }
        text = std::move(*content);
    }
    auto parsed = settings::parse(*named.declaration, text);
    if (!parsed) {
        about.what = (named.inFile ? "in the file " + value + ": " : std::string()) + parsed.error().what;
        into.problems.push_back(std::move(about));
        return;
    }
    into.snapshot.set(*named.declaration, std::move(*parsed), origin);
}

} // namespace

void applyYaml(Loaded &into, const YamlFile &file, const std::string &source)
{
    into.problems.insert(into.problems.end(), file.problems.begin(), file.problems.end());
    std::set<const Declaration *> given;
    for (const Entry &entry : file.entries) {
        const auto problem = [&](std::string what) { into.problems.push_back({source, entry.line, entry.key, std::move(what)}); };
        const Named named = lookUp(entry.key);
        if (named.declaration == nullptr) {
            const std::string words = below(entry.key);
            if (words.empty())
                problem(unknown(entry.key));
            else if (entry.kind != Entry::Nothing) // a group whose lines are all comments is fine
                problem("is a group of settings; expected keys below it, such as " + words);
            continue;
        }
        if (!given.insert(named.declaration).second) {
            problem("is given both as it is and as " + std::string(named.declaration->key) + std::string(kFileSuffix) + "; keep one");
            continue;
        }
        const Origin origin{Origin::File, source + ":" + std::to_string(entry.line)};
        if (entry.kind == Entry::Text) {
            applyText(into, named, entry.text, origin, {source, entry.line, entry.key, {}});
        } else if (entry.kind == Entry::Nothing) {
            problem("has no value; expected " + settings::expectation(*named.declaration) + ". Delete the line for the default");
        } else if (named.inFile) {
            problem("expected the path of a file, got a list");
        } else if (auto value = settings::parse(*named.declaration, std::span<const std::string>(entry.list))) {
            into.snapshot.set(*named.declaration, std::move(*value), origin);
        } else {
            problem(value.error().what);
        }
    }
}

void applyEnvironment(Loaded &into, const std::map<std::string, std::string> &environment)
{
    std::set<std::string> used;
    for (const Declaration *declaration : settings::declarations()) {
        const std::string name = environmentName(declaration->key);
        const auto plain = environment.find(name);
        const auto inFile = environment.find(name + "_FILE");
        if (plain != environment.end() && inFile != environment.end()) {
            into.problems.push_back(
                {"environment", 0, std::string(declaration->key), "both " + name + " and " + name + "_FILE are set; keep one"});
        } else if (plain != environment.end() || inFile != environment.end()) {
            const auto &[variable, value] = plain != environment.end() ? *plain : *inFile;
            applyText(into, {declaration, plain == environment.end()}, value, {Origin::Environment, variable},
                      {"environment " + variable, 0, std::string(declaration->key), {}});
        }
        used.insert(name);
        used.insert(name + "_FILE");
    }
    // Variables that name no setting are warned of, no more: Kubernetes puts MATINEE_PORT and the like into every container beside a
    // service called matinee.
    for (const auto &[name, value] : environment) {
        if (!name.starts_with(kPrefix) || used.contains(name))
            continue;
        std::string_view near;
        std::string key;
        for (const Declaration *declaration : settings::declarations()) { // the dots are not known, so try each group
            const std::string group = environmentName(declaration->group()) + "_";
            if (name.starts_with(group))
                key = std::string(declaration->group()) + "." + name.substr(group.size());
        }
        near = settings::nearest(key);
        if (!near.empty())
            into.warnings.push_back({"environment " + name, 0, "", "names no setting. Did you mean " + environmentName(near) + "?"});
    }
}

void applyOverrides(Loaded &into, const std::vector<Sources::Override> &overrides)
{
    for (const Sources::Override &override : overrides) {
        const Named named = lookUp(override.key);
        if (named.declaration == nullptr) {
            into.problems.push_back({override.option, 0, override.key, unknown(override.key)});
            continue;
        }
        applyText(into, named, override.value, {Origin::CommandLine, override.option}, {override.option, 0, override.key, {}});
    }
}

} // namespace matinee::settings_file
