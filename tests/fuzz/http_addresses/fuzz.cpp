// Addresses, ranges and X-Forwarded-For. What parses must print and parse to the same; a stranger is never believed.
#include "net/addresses.h"

#include <cstdlib>

using namespace matinee::net;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static const std::vector<std::string> entries{"private"};
    static const AddressList trusted = *AddressList::parse(entries);
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    if (const auto address = Address::parse(text); address && Address::parse(address->toString()) != address)
        std::abort();
    if (const auto range = AddressRange::parse(text); range && !range->contains(range->base))
        std::abort();
    const auto half = text.substr(0, size / 2);
    const auto rest = text.substr(size / 2);
    if (forwardedClient("203.0.113.5", half, rest, trusted).address != "203.0.113.5")
        std::abort();
    const auto client = forwardedClient("10.0.0.1", half, rest, trusted);
    if (!Address::parse(client.address))
        std::abort();
    return 0;
}
