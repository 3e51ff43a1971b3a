// matinee-derive: writes what is derived from the .proto files into the source tree, or says that it is stale (--check).
// A tool of the build; not installed.
#include "api/reference.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace {

std::string readFile(const std::filesystem::path &path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

int main(int argc, char **argv)
{
    using namespace matinee;
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const bool check = !arguments.empty() && arguments.front() == "--check";
    if (arguments.size() != (check ? 4u : 3u)) {
        std::cerr << "usage: matinee-derive [--check] DESCRIPTOR_SET SOURCE_FOLDER VERSION\n";
        return 2;
    }
    const std::size_t first = check ? 1 : 0;
    google::protobuf::FileDescriptorSet set;
    if (!set.ParseFromString(readFile(arguments[first])) || set.file().empty()) {
        std::cerr << arguments[first] << " is no descriptor set\n";
        return 2;
    }
    const Result<api::Reference> reference = api::readReference(set);
    if (!reference) {
        std::cerr << reference.error().message << "\n";
        return 1;
    }
    const std::filesystem::path tree = arguments[first + 1];
    const std::pair<std::filesystem::path, std::string> files[] = {
        {tree / "docs/reference/api/openapi.json", api::toOpenApi(*reference, arguments[first + 2])},
        {tree / "resources/web-client/src/api/types.ts", api::toTypeScript(*reference)},
    };
    int result = 0;
    for (const auto &[path, text] : files) {
        if (readFile(path) == text)
            continue;
        if (check) {
            std::cerr << path << " is stale: build the target `derive` and commit the result\n";
            result = 1;
            continue;
        }
        std::filesystem::create_directories(path.parent_path());
        std::ofstream file(path, std::ios::binary | std::ios::trunc);
        file << text;
        if (!file.flush()) {
            std::cerr << path << " cannot be written\n";
            return 2;
        }
        std::cout << "wrote " << path.string() << "\n";
    }
    return result;
}
