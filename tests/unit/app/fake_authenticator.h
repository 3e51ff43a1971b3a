// Knows nobody, and tells of the end of credentials when a test says so. Any thread.
#pragma once

#include "api/dispatcher.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace matinee::test {

class FakeAuthenticator final : public api::Authenticator
{
public:
    Task<Result<Caller>> authenticate(std::string_view, Caller) override
    {
        co_return Result<Caller>(fail(ErrorCode::Unauthenticated, "Nobody is known here."));
    }
    std::unique_ptr<api::CredentialWatch> watch(const Caller &, std::function<void()> over) override
    {
        const std::lock_guard lock(m_mutex);
        m_over = std::move(over);
        ++m_watches;
        return std::make_unique<Watch>();
    }
    Task<Result<Caller>> again(Caller who) override
    {
        const std::lock_guard lock(m_mutex);
        ++m_looks;
        if (m_failure)
            co_return Result<Caller>(fail(*m_failure, "Not now."));
        who.permissions = m_permissions;
        co_return Result<Caller>(std::move(who));
    }

    /// What the next looks find.
    void allows(PermissionSet permissions)
    {
        const std::lock_guard lock(m_mutex);
        m_failure.reset();
        m_permissions = permissions;
    }
    void fails(ErrorCode code)
    {
        const std::lock_guard lock(m_mutex);
        m_failure = code;
    }
    /// The newest watch is told; each once.
    void tell()
    {
        std::function<void()> over;
        {
            const std::lock_guard lock(m_mutex);
            over = std::exchange(m_over, nullptr);
        }
        if (over)
            over();
    }
    [[nodiscard]] int watches() const
    {
        const std::lock_guard lock(m_mutex);
        return m_watches;
    }
    [[nodiscard]] int looks() const
    {
        const std::lock_guard lock(m_mutex);
        return m_looks;
    }

private:
    class Watch final : public api::CredentialWatch
    {
    };

    mutable std::mutex m_mutex; // guards what follows
    std::function<void()> m_over;
    std::optional<ErrorCode> m_failure;
    PermissionSet m_permissions = kPublicOnly;
    int m_watches = 0;
    int m_looks = 0;
};

} // namespace matinee::test
