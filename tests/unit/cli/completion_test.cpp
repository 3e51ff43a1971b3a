#include "terminal.h"

#include <gmock/gmock.h>

#include <array>
#include <cstdio>

namespace matinee {

namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

/// What a program prints on standard output, line by line; nothing where it fails.
std::optional<std::vector<std::string>> linesOf(const std::string &command)
{
    FILE *pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr)
        return std::nullopt;
    std::string text;
    std::array<char, 4096> buffer{};
    for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
        text.append(buffer.data(), got);
    if (::pclose(pipe) != 0)
        return std::nullopt;
    std::vector<std::string> lines;
    for (std::size_t from = 0, to = 0; (to = text.find('\n', from)) != std::string::npos; from = to + 1)
        lines.push_back(text.substr(from, to - from));
    return lines;
}

bool installed(const std::string &shell)
{
    return linesOf("command -v " + shell + " >/dev/null").has_value();
}

} // namespace

class Completion : public testing::Test, public test::Terminal
{
protected:
    /// What bash offers for these words, of which the last is being typed.
    std::vector<std::string> bash(const std::vector<std::string> &words)
    {
        std::string script = run({"completion", "bash"}).out + "COMP_WORDS=(matinee";
        for (const std::string &word : words)
            script += " '" + word + "'";
        script += "); COMP_CWORD=" + std::to_string(words.size()) + "; compopt() { :; }\n_matinee; printf '%s\\n' \"${COMPREPLY[@]}\"\n";
        const auto lines = linesOf("bash --noprofile --norc '" + folder.write("complete.bash", script) + "'");
        EXPECT_TRUE(lines);
        return lines.value_or(std::vector<std::string>());
    }
};

TEST_F(Completion, BashKnowsTheCommandsAtEachLevel)
{
    EXPECT_THAT(bash({""}), testing::IsSupersetOf({"serve", "config", "db", "stream", "api-key", "version", "completion"}));
    EXPECT_THAT(bash({"s"}), testing::UnorderedElementsAre("serve", "settings", "stream"));
    EXPECT_THAT(bash({"stream", ""}), testing::IsSupersetOf({"create", "list", "show", "delete", "rotate-key", "kick", "--data-dir"}));
    EXPECT_THAT(bash({"--output", "json", "stream", "k"}), testing::ElementsAre("kick")) << "options in between do not confuse it";
}

TEST_F(Completion, BashKnowsOptionsAndTheirValues)
{
    EXPECT_THAT(bash({"serve", "--"}), testing::IsSupersetOf({"--port", "--rtmp-port", "--dry-run", "--set", "--help"}));
    EXPECT_THAT(bash({"stream", "create", "--p"}), testing::ElementsAre("--private"));
    EXPECT_THAT(bash({"version", "--output", ""}), testing::ElementsAre("human", "json", "yaml"));
    EXPECT_THAT(bash({"serve", "--set", "livestream.rtmp_p"}), testing::ElementsAre("livestream.rtmp_port="));
    EXPECT_THAT(bash({"api-key", "create", "--scope", "stre"}), testing::UnorderedElementsAre("streams", "streams:read"));
    EXPECT_THAT(bash({"version", "--data-dir", folder.path().substr(0, folder.path().size() - 1)}), Contains(folder.path()));
}

TEST_F(Completion, EveryShellGetsEveryCommand)
{
    for (const std::string shell : {"bash", "zsh", "fish"}) {
        const auto outcome = run({"completion", shell});
        EXPECT_EQ(outcome.exitCode, 0);
        for (const std::string word : {"serve", "validate", "rotate-key", "api-key", "rtmp-port", "data-dir", "server.port="})
            EXPECT_THAT(outcome.out, HasSubstr(word)) << shell;
    }
}

TEST_F(Completion, TheScriptsAreSyntaxThatTheirShellsAccept)
{
    for (const std::string shell : {"bash", "zsh", "fish"}) {
        const std::string path = folder.write("script." + shell, run({"completion", shell}).out);
        if (installed(shell)) {
            EXPECT_TRUE(linesOf(shell + " -n '" + path + "'")) << shell;
        }
    }
}

} // namespace matinee
