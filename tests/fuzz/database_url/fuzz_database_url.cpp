// database.url, as an operator may mistype it: an answer always, and what is accepted holds what the parts promise.
#include "store/database_url.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size)
{
    using namespace matinee::store;
    const auto url = parseDatabaseUrl(std::string_view(reinterpret_cast<const char *>(bytes), size));
    if (!url) {
        if (url.error().message.empty() || url.error().field != "database.url")
            std::abort();
        return 0;
    }
    const bool whole = url->engine == Engine::Sqlite ? !url->path.empty()
                                                     : !url->host.empty() && !url->name.empty() && !url->user.empty() && url->port != 0;
    if (!whole || url->describe().empty())
        std::abort();
    for (const auto &[key, value] : url->options)
        if (value.empty() || value.find(';') != std::string::npos)
            std::abort();
    return 0;
}
