// The gate of the admin channel must never admit a request in which the secret is not a header field.
#include "admin/upgrade_gate.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string_view head(reinterpret_cast<const char *>(data), size);
    constexpr std::string_view secret = "0123456789abcdef0123456789abcdef";
    const auto result = matinee::admin::admit(head, secret);
    if (result && (head.find(secret) == std::string_view::npos || result->clientAddress.empty()))
        std::abort();
    return 0;
}
