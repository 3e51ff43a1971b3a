#include "settings_file/reference.h"

#include "settings_file/layers.h"
#include "tests/support/places.h"

#include <gmock/gmock.h>

#include <fstream>
#include <regex>
#include <sstream>

namespace matinee::settings_file {

namespace {

std::string committed(const std::string &name)
{
    std::ifstream stream(test::dataFolder() + "/../docs/reference/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

Loaded loadedFrom(const std::string &yaml)
{
    Loaded loaded;
    applyYaml(loaded, readYaml(yaml, "example"), "example");
    return loaded;
}

std::string text(const Problems &problems)
{
    std::string out;
    for (const Problem &problem : problems)
        out += problem.text() + "\n";
    return out;
}

} // namespace

TEST(Reference, TheCommittedPageIsFresh)
{
    EXPECT_EQ(committed("settings.md"), referenceMarkdown()) << "Run: matinee config reference > docs/reference/settings.md";
}

TEST(Reference, TheCommittedExampleIsFresh)
{
    EXPECT_EQ(committed("matinee.example.yaml"), exampleYaml()) << "Run: matinee config example > docs/reference/matinee.example.yaml";
}

TEST(Reference, EverySettingIsOnBoth)
{
    const std::string page = referenceMarkdown();
    for (const settings::Declaration *declaration : settings::declarations()) {
        EXPECT_THAT(page, testing::HasSubstr("`" + std::string(declaration->key) + "`"));
        EXPECT_THAT(page, testing::HasSubstr(std::string(declaration->doc)));
    }
}

TEST(Example, AsItIsChangesNothing)
{
    const Loaded loaded = loadedFrom(exampleYaml());
    EXPECT_EQ(text(loaded.problems), "");
    for (const settings::Declaration *declaration : settings::declarations())
        EXPECT_EQ(loaded.snapshot.origin(*declaration).kind, settings::Origin::Default) << declaration->key;
}

TEST(Example, WithEveryLineUncommentedItGivesEverySettingItsDefault)
{
    // A commented setting is "#key: value"; a comment for people is "# Words".
    std::istringstream lines(exampleYaml());
    std::string yaml;
    const std::regex setting("^( *)#([a-z_]+:.*)$");
    for (std::string line; std::getline(lines, line);)
        yaml += std::regex_replace(line, setting, "$1$2") + "\n";
    const Loaded loaded = loadedFrom(yaml);
    EXPECT_EQ(text(loaded.problems), "");
    for (const settings::Declaration *declaration : settings::declarations()) {
        EXPECT_EQ(loaded.snapshot.origin(*declaration).kind, settings::Origin::File) << declaration->key;
        EXPECT_EQ(loaded.snapshot.value(*declaration), declaration->defaultValue) << declaration->key;
    }
}

} // namespace matinee::settings_file
