// A configuration file of any content: an answer always, with lines that exist, no key twice, and only values that their settings accept.
#include "settings_file/layers.h"

#include "common/settings/value.h"

#include <algorithm>
#include <cstdlib>
#include <set>

using namespace matinee;
using namespace matinee::settings_file;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string_view content(reinterpret_cast<const char *>(data), size);
    const int lines =
        1 + static_cast<int>(std::count(content.begin(), content.end(), '\n') + std::count(content.begin(), content.end(), '\r'));
    YamlFile file = readYaml(content, "fuzz.yaml");
    std::set<std::string> keys;
    for (const Entry &entry : file.entries)
        require(!entry.key.empty() && entry.line >= 1 && entry.line <= lines && keys.insert(entry.key).second);
    require(file.entries.size() <= kMaxEntries);
    for (const Problem &problem : file.problems)
        require(!problem.what.empty() && problem.line >= 0 && problem.line <= lines);

    // Values that stand in files would make the fuzzer read what it names.
    std::erase_if(file.entries, [](const Entry &entry) { return entry.key.ends_with("_file"); });
    Loaded loaded;
    applyYaml(loaded, file, "fuzz.yaml");
    for (const settings::Declaration *declaration : settings::declarations()) {
        const settings::Value &value = loaded.snapshot.value(*declaration);
        const auto again = settings::parse(*declaration, settings::toText(*declaration, value));
        require(again && *again == value);
    }
    for (const Problem &problem : loaded.problems)
        require(!problem.text().empty());
    checkTogether(loaded);
    return 0;
}
