#include "settings_file/problem.h"

namespace matinee::settings_file {

std::string Problem::text() const
{
    std::string out = source;
    if (line > 0)
        out += ":" + std::to_string(line);
    out += ": ";
    if (!key.empty())
        out += key + ": ";
    return out + what;
}

} // namespace matinee::settings_file
