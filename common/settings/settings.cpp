#include "common/settings/settings.h"

#include <algorithm>
#include <utility>

namespace matinee::settings {

namespace {

/// Guards a few pointers. Not a mutex, since this folder is also built where there are no threads; waits without spinning.
/// (std::atomic<std::shared_ptr> would do for the snapshot, but that of GCC 12 is opaque to the thread sanitizer.)
class Latch
{
public:
    void lock()
    {
        while (m_taken.test_and_set(std::memory_order_acquire))
            m_taken.wait(true, std::memory_order_relaxed);
    }
    void unlock()
    {
        m_taken.clear(std::memory_order_release);
        m_taken.notify_one();
    }

private:
    std::atomic_flag m_taken;
};

/// Holds a Latch to the end of the block.
class Held
{
public:
    explicit Held(Latch &latch) : m_latch(latch) { m_latch.lock(); }
    ~Held() { m_latch.unlock(); }
    Held(const Held &) = delete;
    Held &operator=(const Held &) = delete;

private:
    Latch &m_latch;
};

} // namespace

struct Settings::Shared
{
    struct Subscriber
    {
        std::uint64_t id;
        Callback callback;
    };

    Latch reading;  // guards current, for the length of a copy
    Latch changing; // guards the rest, and is held while subscribers are told
    std::shared_ptr<const Snapshot> current;
    std::vector<Subscriber> subscribers;
    std::uint64_t lastId = 0;
};

bool Changes::contains(const Declaration *declaration) const
{
    return std::find(applied.begin(), applied.end(), declaration) != applied.end();
}

Settings::Settings(std::shared_ptr<const Snapshot> initial) : m_shared(std::make_shared<Shared>())
{
    m_shared->current = std::move(initial);
}

Settings::~Settings() = default;

std::shared_ptr<const Snapshot> Settings::current() const
{
    const Held held(m_shared->reading);
    return m_shared->current;
}

Settings::Subscription Settings::subscribe(Callback callback)
{
    const Held held(m_shared->changing);
    const std::uint64_t id = ++m_shared->lastId;
    m_shared->subscribers.push_back({id, std::move(callback)});
    const std::weak_ptr<Shared> shared = m_shared;
    // The last owner of this token runs the deleter, which takes the subscriber out again.
    return Subscription(std::shared_ptr<void>(nullptr, [shared, id](void *) {
        if (const auto alive = shared.lock()) {
            const Held held(alive->changing);
            std::erase_if(alive->subscribers, [id](const Shared::Subscriber &s) { return s.id == id; });
        }
    }));
}

Changes Settings::replace(const std::shared_ptr<const Snapshot> &next)
{
    const Held held(m_shared->changing);
    const auto before = current();
    auto now = std::make_shared<Snapshot>(*before);
    Changes changes;
    for (const Declaration *declaration : declarations()) {
        const bool differs = next->value(*declaration) != before->value(*declaration);
        if (differs && declaration->applies == Applies::AtStart) {
            changes.needRestart.push_back(declaration);
            continue;
        }
        now->set(*declaration, next->value(*declaration), next->origin(*declaration));
        if (differs)
            changes.applied.push_back(declaration);
    }
    {
        const Held reading(m_shared->reading);
        m_shared->current = now;
    }
    if (!changes.applied.empty()) {
        for (const Shared::Subscriber &subscriber : m_shared->subscribers)
            subscriber.callback(now, changes);
    }
    return changes;
}

} // namespace matinee::settings
