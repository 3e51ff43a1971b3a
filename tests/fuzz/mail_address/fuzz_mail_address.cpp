// A mail address, as anybody may type it: what is accepted cannot end a line or a command, is its own form, and so is what settings accept.
#include "mail/wire/address.h"

#include "common/settings/mail_rules.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size)
{
    using namespace matinee::mail;
    const std::string_view text(reinterpret_cast<const char *>(bytes), size);
    const auto address = parseAddress(text);
    if (matinee::settings::rules::isMailAddress(text) && !address && text.find("xn--") == std::string_view::npos &&
        text.find("XN--") == std::string_view::npos && text.find("Xn--") == std::string_view::npos &&
        text.find("xN--") == std::string_view::npos)
        std::abort();
    if (!address) {
        if (sentence(address.error()).empty())
            std::abort();
        return 0;
    }
    const std::string whole = address->text();
    if (whole.size() > kMaxAddress || address->local().size() > kMaxLocalPart)
        std::abort();
    for (const char c : whole) {
        if (c <= 0x20 || c >= 0x7f || c == '<' || c == '>' || c == '"' || c == ',' || c == ':')
            std::abort();
    }
    const auto again = parseAddress(whole);
    if (!again || !(*again == *address) || again->key() != address->key())
        std::abort();
    return 0;
}
