#include "settings_file/reference.h"

#include "settings_file/loader.h"

#include "common/settings/value.h"

#include <algorithm>

namespace matinee::settings_file {

namespace {

using settings::Declaration;
using settings::Type;

constexpr std::size_t kColumns = 110; // of the comments in the example file

std::string defaultText(const Declaration &declaration)
{
    if (declaration.secrecy == settings::Secrecy::Generated)
        return "made at the first start";
    const std::string text = settings::shown(declaration, declaration.defaultValue);
    return text.empty() ? (declaration.type == Type::List ? "none" : "empty") : "`" + text + "`";
}

/// As YAML wants it.
std::string yamlValue(const Declaration &declaration)
{
    if (const auto *list = std::get_if<std::vector<std::string>>(&declaration.defaultValue)) {
        std::string text = "[";
        for (const std::string &entry : *list)
            text.append(text.size() == 1 ? "" : ", ").append(entry);
        return text + "]";
    }
    const std::string text = settings::shown(declaration, declaration.defaultValue);
    const bool special = text.empty() || std::string_view("{}[]&*!|>'\"%@`#,?:- ").find(text.front()) != std::string_view::npos;
    return special ? '"' + text + '"' : text;
}

std::string escaped(std::string_view text)
{
    std::string out;
    for (const char c : text)
        out.append(c == '|' ? "\\|" : std::string(1, c));
    return out;
}

std::string wrapped(std::string_view text, const std::string &prefix)
{
    std::string out;
    while (!text.empty()) {
        std::size_t length = text.size();
        if (prefix.size() + length > kColumns) {
            length = text.rfind(' ', kColumns - prefix.size());
            if (length == std::string_view::npos)
                length = text.size();
        }
        out.append(prefix).append(text.substr(0, length)).append("\n");
        text.remove_prefix(std::min(text.size(), length + 1));
    }
    return out;
}

} // namespace

std::string referenceMarkdown()
{
    std::string page =
        "# Settings\n\n"
        "<!-- Made by `matinee config reference` from common/settings/declarations.h; edit that. -->\n\n"
        "Matinee runs without any. What you want otherwise goes, in rising order of precedence, into\n\n"
        "1. a YAML file: `matinee.yaml` in the data folder, or the one named by `--config FILE` "
        "([an example with all settings](matinee.example.yaml));\n"
        "2. the environment: `server.port` is `MATINEE_SERVER_PORT`;\n"
        "3. the command line: `--set server.port=80`, as often as you like.\n\n"
        "With `_file` at its end a key names a file that holds the value, so that secrets can stay out of files and environments "
        "that others read: `jwt.secret_file`, `MATINEE_JWT_SECRET_FILE`.\n\n"
        "`matinee config validate` checks everything and names each mistake with its line; `matinee config show --origin` tells "
        "the values in force and where they come from. Settings that apply *at once* are taken over by a running server when it "
        "gets SIGHUP (`systemctl reload matinee`), the others at its next start. A configuration with a mistake in it is never "
        "taken over in part.\n";
    for (const settings::Group &group : settings::groups()) {
        page += "\n## " + std::string(group.name) + "\n\n" + std::string(group.doc) + "\n\n";
        page += "| Key | Default | Accepts | Applies | |\n|---|---|---|---|---|\n";
        for (const Declaration *declaration : settings::declarations()) {
            if (declaration->group() != group.name)
                continue;
            page += "| `" + std::string(declaration->key) + "` | " + escaped(defaultText(*declaration)) + " | " +
                    escaped(settings::expectation(*declaration)) + " | " +
                    (declaration->applies == settings::Applies::AtOnce ? "at once" : "at start") + " | " + escaped(declaration->doc) +
                    (declaration->secret() ? " Secret." : "") + " |\n";
        }
    }
    return page;
}

std::string exampleYaml()
{
    std::string file = "# Every setting of Matinee with its default (made by `matinee config example`).\n"
                       "# Save it as matinee.yaml in the data folder and uncomment what you change.\n"
                       "# Check it with: matinee config validate\n";
    std::vector<std::string> open; // the maps that are open, outermost first
    for (const Declaration *declaration : settings::declarations()) {
        std::vector<std::string> parts;
        for (std::string_view rest = declaration->key;;) {
            const auto dot = rest.find('.');
            parts.emplace_back(rest.substr(0, dot));
            if (dot == std::string_view::npos)
                break;
            rest.remove_prefix(dot + 1);
        }
        std::size_t same = 0;
        while (same < open.size() && same + 1 < parts.size() && open[same] == parts[same])
            ++same;
        open.assign(parts.begin(), parts.end() - 1);
        if (same == 0) {
            file += "\n";
            for (const settings::Group &group : settings::groups()) {
                if (group.name == parts.front())
                    file += wrapped(group.doc, "# ");
            }
        }
        for (std::size_t level = same; level < open.size(); ++level)
            file += std::string(2 * level, ' ') + open[level] + ":\n";
        const std::string indent(2 * open.size(), ' ');
        file += wrapped(declaration->doc, indent + "# ");
        if (declaration->secrecy == settings::Secrecy::Generated)
            file += indent + "# Made at the first start; give it only to bring your own.\n";
        else if (declaration->type == Type::Choice || declaration->applies == settings::Applies::AtStart)
            file += wrapped((declaration->type == Type::Choice ? "One of " + settings::expectation(*declaration).substr(7) + "." : "") +
                                (declaration->type == Type::Choice && declaration->applies == settings::Applies::AtStart ? " " : "") +
                                (declaration->applies == settings::Applies::AtStart ? "Needs a restart." : ""),
                            indent + "# ");
        file += indent + "#" + parts.back() + ": " + yamlValue(*declaration) + "\n";
    }
    return file;
}

} // namespace matinee::settings_file
