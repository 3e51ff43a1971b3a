#include "cli/completion_script.h"

#include "common/settings/setting.h"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace matinee::cli {

namespace {

/// One option as a shell needs it.
struct Switch
{
    std::vector<std::string> spellings; ///< "--output", "-h"
    std::string description;
    std::string argument; ///< "DIR", "a|b|c", empty for a flag.
};

struct Node
{
    std::string path; ///< " stream create"; empty for the program itself.
    std::vector<const CLI::App *> children;
    std::vector<Switch> switches; ///< Its own.
};

std::vector<Switch> switchesOf(const CLI::App &app)
{
    std::vector<Switch> out;
    for (const CLI::Option *option : app.get_options()) {
        if (option->get_positional())
            continue;
        Switch one{{}, option->get_description(), option->get_items_expected_max() == 0 ? "" : option->get_type_name()};
        for (const std::string &name : option->get_lnames())
            one.spellings.push_back("--" + name);
        for (const std::string &name : option->get_snames())
            one.spellings.push_back("-" + name);
        out.push_back(std::move(one));
    }
    return out;
}

std::vector<const CLI::App *> childrenOf(const CLI::App &app)
{
    return app.get_subcommands([](const CLI::App *) { return true; });
}

void collect(const CLI::App &app, const std::string &path, std::vector<Node> &into)
{
    into.push_back({path, childrenOf(app), switchesOf(app)});
    const auto children = into.back().children;
    for (const CLI::App *child : children)
        collect(*child, path + " " + child->get_name(), into);
}

std::vector<Node> nodesOf(const CLI::App &root)
{
    std::vector<Node> nodes;
    collect(root, "", nodes);
    return nodes;
}

/// In single quotes, whatever is inside.
std::string inQuotes(std::string_view text)
{
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

std::string joined(const std::vector<std::string> &list, const std::string &between)
{
    std::string out;
    for (const std::string &entry : list)
        out.append(out.empty() ? "" : between).append(entry);
    return out;
}

std::string choices(std::string text)
{
    std::replace(text.begin(), text.end(), '|', ' ');
    return text;
}

std::string assignments()
{
    std::string out;
    for (const settings::Declaration *declaration : settings::declarations())
        out.append(out.empty() ? "" : " ").append(declaration->key).append("=");
    return out;
}

/// Every option with an argument, once, and the shell code that completes the argument.
template <class Complete> std::string argumentCases(const std::vector<Node> &nodes, const Complete &complete)
{
    std::string out;
    std::vector<std::string> done;
    for (const Node &node : nodes) {
        for (const Switch &one : node.switches) {
            const std::string spellings = joined(one.spellings, "|");
            if (one.argument.empty() || std::find(done.begin(), done.end(), spellings) != done.end())
                continue;
            done.push_back(spellings);
            out += "        " + spellings + ") " + complete(one.argument) + " ;;\n";
        }
    }
    return out;
}

/// " stream"|" stream create"|...: what `path` may become.
std::string pathPattern(const std::vector<Node> &nodes)
{
    std::vector<std::string> paths;
    for (const Node &node : nodes) {
        if (!node.path.empty())
            paths.push_back("\"" + node.path + "\"");
    }
    return joined(paths, "|");
}

std::vector<std::string> spellingsOf(const std::vector<Switch> &switches)
{
    std::vector<std::string> out;
    for (const Switch &one : switches)
        out.insert(out.end(), one.spellings.begin(), one.spellings.end());
    return out;
}

} // namespace

std::string bashCompletion(const CLI::App &root)
{
    const auto nodes = nodesOf(root);
    std::string words;
    for (const Node &node : nodes) {
        std::vector<std::string> list;
        for (const CLI::App *child : node.children)
            list.push_back(child->get_name());
        const auto own = spellingsOf(node.switches);
        list.insert(list.end(), own.begin(), own.end());
        words += "        \"" + node.path + "\") words=" + inQuotes(joined(list, " ")) + " ;;\n";
    }
    const auto argument = [](const std::string &type) -> std::string {
        if (type == "DIR")
            return "COMPREPLY=($(compgen -d -- \"$cur\")); return";
        if (type == "FILE")
            return "COMPREPLY=($(compgen -f -- \"$cur\")); return";
        if (type == "KEY=VALUE")
            return "compopt -o nospace; COMPREPLY=($(compgen -W " + inQuotes(assignments()) + " -- \"$cur\")); return";
        if (type.find('|') != std::string::npos)
            return "COMPREPLY=($(compgen -W " + inQuotes(choices(type)) + " -- \"$cur\")); return";
        return "return";
    };
    return "# Completion of matinee for bash. Load it with: source <(matinee completion bash)\n"
           "_matinee() {\n"
           "    local cur prev path='' words='' i\n"
           "    cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
           "    COMPREPLY=()\n"
           "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
           "        case \"$path ${COMP_WORDS[i]}\" in\n"
           "        " +
           pathPattern(nodes) +
           ") path=\"$path ${COMP_WORDS[i]}\" ;;\n"
           "        esac\n"
           "    done\n"
           "    case \"$prev\" in\n" +
           argumentCases(nodes, argument) +
           "    esac\n"
           "    case \"$path\" in\n" +
           words +
           "    esac\n"
           "    [ -n \"$path\" ] && words=\"$words " +
           joined(spellingsOf(nodes.front().switches), " ") +
           "\"\n"
           "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
           "}\n"
           "complete -F _matinee matinee\n";
}

std::string zshCompletion(const CLI::App &root)
{
    const auto nodes = nodesOf(root);
    // _describe takes "word:description"; a colon inside a word has a backslash.
    const auto entry = [](std::string word, const std::string &description) {
        for (auto at = word.find(':'); at != std::string::npos; at = word.find(':', at + 2))
            word.insert(at, "\\");
        return inQuotes(word + ":" + description);
    };
    const auto switches = [&entry](const std::vector<Switch> &list) {
        std::string out;
        for (const Switch &one : list) {
            for (const std::string &spelling : one.spellings)
                out += " " + entry(spelling, one.description);
        }
        return out;
    };
    std::string cases;
    for (const Node &node : nodes) {
        std::string commands;
        for (const CLI::App *child : node.children)
            commands += " " + entry(child->get_name(), child->get_description());
        cases += "    \"" + node.path + "\") commands=(" + commands + " ) options=(" + switches(node.switches) + " ) ;;\n";
    }
    const auto argument = [](const std::string &type) -> std::string {
        if (type == "DIR")
            return "_files -/; return";
        if (type == "FILE")
            return "_files; return";
        if (type == "KEY=VALUE")
            return "compadd -S '' -- " + assignments() + "; return";
        if (type.find('|') != std::string::npos)
            return "compadd -- " + choices(type) + "; return";
        return "_message " + inQuotes(type) + "; return";
    };
    return "#compdef matinee\n"
           "# Completion of matinee for zsh. Put it into a folder of $fpath as _matinee, or: source <(matinee completion zsh)\n"
           "_matinee() {\n"
           "    local path_='' i\n"
           "    local -a commands options\n"
           "    for ((i = 2; i < CURRENT; i++)); do\n"
           "        case \"$path_ ${words[i]}\" in\n"
           "        " +
           pathPattern(nodes) +
           ") path_=\"$path_ ${words[i]}\" ;;\n"
           "        esac\n"
           "    done\n"
           "    case \"${words[CURRENT-1]}\" in\n" +
           argumentCases(nodes, argument) +
           "    esac\n"
           "    case \"$path_\" in\n" +
           cases +
           "    esac\n"
           "    [ -n \"$path_\" ] && options+=(" +
           switches(nodes.front().switches) +
           " )\n"
           "    (( ${#commands} )) && _describe command commands\n"
           "    _describe option options\n"
           "}\n"
           "compdef _matinee matinee\n";
}

std::string fishCompletion(const CLI::App &root)
{
    const auto nodes = nodesOf(root);
    std::string out = "# Completion of matinee for fish. Load it with: matinee completion fish | source\n"
                      "# Prints the subcommands on the command line so far, as one path.\n"
                      "function __matinee_path\n"
                      "    set -l path ''\n"
                      "    for word in (commandline -opc)[2..-1]\n"
                      "        switch \"$path $word\"\n"
                      "            case";
    for (const Node &node : nodes) {
        if (!node.path.empty())
            out += " " + inQuotes(node.path);
    }
    out += "\n"
           "                set path \"$path $word\"\n"
           "        end\n"
           "    end\n"
           "    echo $path\n"
           "end\n"
           "complete -c matinee -f\n";
    for (const Node &node : nodes) {
        const std::string here = " -n " + inQuotes("test (__matinee_path) = \"" + node.path + "\"");
        for (const CLI::App *child : node.children)
            out += "complete -c matinee" + here + " -a " + child->get_name() + " -d " + inQuotes(child->get_description()) + "\n";
        for (const Switch &one : node.switches) {
            out += "complete -c matinee" + (node.path.empty() ? std::string() : here); // global options fit everywhere
            for (const std::string &spelling : one.spellings)
                out += spelling.starts_with("--") ? " -l " + spelling.substr(2) : " -s " + spelling.substr(1);
            if (one.argument == "DIR")
                out += " -x -a '(__fish_complete_directories)'";
            else if (one.argument == "FILE")
                out += " -r -F";
            else if (one.argument == "KEY=VALUE")
                out += " -x -a " + inQuotes(assignments());
            else if (one.argument.find('|') != std::string::npos)
                out += " -x -a " + inQuotes(choices(one.argument));
            else if (!one.argument.empty())
                out += " -x";
            out += " -d " + inQuotes(one.description) + "\n";
        }
    }
    return out;
}

} // namespace matinee::cli
