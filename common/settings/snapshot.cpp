#include "common/settings/snapshot.h"

namespace matinee::settings {

std::string Origin::text() const
{
    const auto with = [this](std::string_view what) { return where.empty() ? std::string(what) : std::string(what) + " " + where; };
    switch (kind) {
    case Default:
        return "default";
    case Generated:
        return with("generated, in");
    case Database:
        return "database";
    case File:
        return where;
    case Environment:
        return with("environment");
    case CommandLine:
        return with("command line");
    }
    return where;
}

Snapshot::Snapshot()
{
    m_entries.reserve(declarations().size());
    for (const Declaration *declaration : declarations())
        m_entries.push_back({declaration->defaultValue, {}});
}

void Snapshot::set(const Declaration &declaration, Value value, Origin origin)
{
    m_entries[declaration.index] = {std::move(value), std::move(origin)};
}

} // namespace matinee::settings
