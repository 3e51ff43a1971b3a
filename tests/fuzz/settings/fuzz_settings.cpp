// The value of any setting, as an environment or a command line may give it: what is accepted reads back the same, what is refused has a
// sentence fit for a log, and no secret is repeated. The first byte picks the setting.
#include "common/settings/declarations.h"
#include "common/settings/value.h"

#include <algorithm>
#include <cstdlib>

using namespace matinee::settings;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

bool printable(std::string_view text)
{
    return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// What is said of a wrong secret has nothing of it.
bool fixedSentence(const Declaration &declaration, std::string_view what)
{
    for (const std::string &text : {std::string("no"), std::string(64, '0'), std::string(kMaxTextLength + 1, 'x'), std::string("\x01")}) {
        const auto other = parse(declaration, text);
        if (!other && other.error().what == what)
            return true;
    }
    return false;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size == 0)
        return 0;
    const Declaration &declaration = *declarations()[data[0] % declarations().size()];
    const std::string_view text(reinterpret_cast<const char *>(data) + 1, size - 1);
    const auto value = parse(declaration, text);
    if (!value) {
        require(!value.error().what.empty() && value.error().what.size() < 1000 && printable(value.error().what));
        require(!declaration.secret() || fixedSentence(declaration, value.error().what));
    } else {
        require(value->index() == declaration.defaultValue.index());
        const std::string written = toText(declaration, *value);
        const auto again = parse(declaration, written);
        require(again && *again == *value);
        require(!declaration.secret() || written.empty() || shown(declaration, *value) == "********");
        if (const auto *number = std::get_if<std::int64_t>(&*value))
            require(*number >= declaration.range.min && *number <= declaration.range.max &&
                    parse(declaration, shown(declaration, *value)) && *parse(declaration, shown(declaration, *value)) == *value);
    }
    const std::string_view near = nearest(text);
    require(near.empty() || find(near) != nullptr);
    return 0;
}
