// The settings of a running server: everybody reads `current()`, one owner replaces it. Made by the command line, owned by app.
// Any thread. `replace` and the subscribers' callbacks run on the thread that reloads (the Qt main thread); hop from there.
#pragma once

#include "common/settings/snapshot.h"

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

namespace matinee::settings {

/// What `replace` did.
struct Changes
{
    std::vector<const Declaration *> applied;     ///< AtOnce settings that have a new value now.
    std::vector<const Declaration *> needRestart; ///< AtStart settings that differ in the new snapshot; the old value stays in force.

    template <class T> [[nodiscard]] bool has(const Setting<T> &setting) const { return contains(setting.declaration); }

private:
    [[nodiscard]] bool contains(const Declaration *declaration) const;
};

class Settings
{
public:
    using Callback = std::function<void(const std::shared_ptr<const Snapshot> &now, const Changes &changes)>;

    /// Ends the subscription when destroyed; afterwards its callback neither runs nor is called again. May outlive Settings.
    class [[nodiscard]] Subscription
    {
    public:
        Subscription() = default;

    private:
        friend class Settings;
        explicit Subscription(std::shared_ptr<void> hold) : m_hold(std::move(hold)) {}
        std::shared_ptr<void> m_hold;
    };

    explicit Settings(std::shared_ptr<const Snapshot> initial = std::make_shared<const Snapshot>());
    ~Settings();

    [[nodiscard]] std::shared_ptr<const Snapshot> current() const;
    /// One value of the current snapshot; take `current()` once where several must fit together.
    template <class T> [[nodiscard]] T get(const Setting<T> &setting) const { return current()->get(setting); }

    /// Called after AtOnce settings changed. A callback must not subscribe, unsubscribe or replace.
    Subscription subscribe(Callback callback);
    /// Takes over the AtOnce values of `next` (which was validated as a whole) and tells the subscribers when any differs.
    Changes replace(const std::shared_ptr<const Snapshot> &next);

private:
    struct Shared;
    std::shared_ptr<Shared> m_shared;
};

} // namespace matinee::settings
