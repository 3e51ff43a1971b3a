// The values of all settings at one moment, and where each came from. A value: fill it while loading, then share it as
// std::shared_ptr<const Snapshot> and read it from any thread. A new Snapshot holds the defaults, which is what most tests want.
#pragma once

#include "common/settings/declarations.h"

#include <string>
#include <vector>

namespace matinee::settings {

/// Who decided a value; later ones win.
struct Origin
{
    enum Kind
    {
        Default,
        Generated,
        Database,
        File,
        Environment,
        CommandLine
    };
    Kind kind = Default;
    std::string where; ///< "/etc/matinee.yaml:12", "MATINEE_SERVER_PORT", "--set"; empty for defaults.

    /// For people: "default", "/etc/matinee.yaml:12", "environment MATINEE_SERVER_PORT".
    [[nodiscard]] std::string text() const;
};

class Snapshot
{
public:
    Snapshot();

    template <class T> [[nodiscard]] T get(const Setting<T> &setting) const
    {
        return Setting<T>::from(m_entries[setting.declaration->index].value);
    }
    [[nodiscard]] const Value &value(const Declaration &declaration) const { return m_entries[declaration.index].value; }
    [[nodiscard]] const Origin &origin(const Declaration &declaration) const { return m_entries[declaration.index].origin; }

    /// The value must have been checked (common/settings/value.h).
    void set(const Declaration &declaration, Value value, Origin origin);
    template <class T> void set(const Setting<T> &setting, std::type_identity_t<T> value, Origin origin = {Origin::CommandLine, "test"})
    {
        set(*setting.declaration, Setting<T>::stored(std::move(value)), std::move(origin));
    }

private:
    struct Entry
    {
        Value value;
        Origin origin;
    };
    std::vector<Entry> m_entries; // by Declaration::index
};

} // namespace matinee::settings
