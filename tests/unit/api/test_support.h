// What the tests of the dispatcher and its faces share: test calls with handlers, keys that are known, tasks run to their end.
#pragma once

#include "api/dispatcher.h"

#include "tests/support/await.h"
#include "tests/unit/api/test_calls.pb.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <optional>

namespace matinee::api {

/// Runs a coroutine that waits for nothing outside.
template <class T> T finish(Task<T> task)
{
    return test::await(std::move(task));
}

/// Knows the keys "admin-key" and "reader-key", and a person by kAliceToken whose session may end; counts how often it was asked.
inline constexpr const char *kAliceToken = "alice.access.token";

class KnownKeys : public Authenticator
{
public:
    std::unique_ptr<CredentialWatch> watch(const Caller &person, std::function<void()> over) override
    {
        class Kept : public CredentialWatch
        {
        public:
            Kept(std::atomic<int> &watches, std::atomic<bool> &over) : m_watches(watches), m_over(over) { ++m_watches; }
            ~Kept() override { --m_watches; }
            [[nodiscard]] bool isOver() const override { return m_over; }

        private:
            std::atomic<int> &m_watches;
            std::atomic<bool> &m_over;
        };
        watched = person;
        endSession = std::move(over);
        return std::make_unique<Kept>(watches, isOver);
    }
    Caller watched; ///< Who was last.
    std::atomic<bool> isOver{false};
    std::function<void()> endSession;
    std::atomic<int> watches{0};

    Task<Result<Caller>> authenticate(std::string_view bearer, Caller anonymous) override
    {
        ++asked;
        if (away)
            co_return fail(ErrorCode::Unavailable, "The database is away.");
        Caller caller = std::move(anonymous);
        if (bearer == "admin-key" && !revoked) {
            caller.keyId = "adm1n";
            caller.permissions = kEveryPermission;
            co_return caller;
        }
        if (bearer == kAliceToken) {
            caller.userId = "u1";
            caller.userName = "alice";
            caller.sessionId = "s1";
            caller.role = "user";
            caller.permissions = kPublicOnly | permissionBit(v1::SIGNED_IN);
            co_return caller;
        }
        if (bearer == "reader-key") {
            caller.keyId = "r34der";
            caller.permissions = kPublicOnly | permissionBit(v1::READ_STREAMS);
            co_return caller;
        }
        co_return fail(ErrorCode::Unauthenticated, "The API key is not known here.");
    }

    Task<Result<bool>> isFresh(Caller person) override
    {
        EXPECT_EQ(person.sessionId, "s1");
        if (away)
            co_return fail(ErrorCode::Unavailable, "The database is away.");
        co_return fresh.load();
    }

    std::atomic<int> asked{0};
    std::atomic<bool> fresh{false};
    std::atomic<bool> away{false};
    std::atomic<bool> revoked{false};
};

class AuditLines : public AuditSink
{
public:
    Task<Result<void>> record(AuditEntry entry) override
    {
        std::lock_guard lock(m_mutex);
        m_entries.push_back(std::move(entry));
        co_return Result<void>();
    }
    [[nodiscard]] std::vector<AuditEntry> entries() const
    {
        std::lock_guard lock(m_mutex);
        return m_entries;
    }

private:
    mutable std::mutex m_mutex;
    std::vector<AuditEntry> m_entries;
};

inline const google::protobuf::ServiceDescriptor *testService(const std::string &name)
{
    return test::EchoRequest::descriptor()->file()->FindServiceByName(name);
}

/// GoodService with its handlers, on a clock of its own.
class TestCalls
{
public:
    TestCalls() : dispatcher(options())
    {
        using namespace matinee::test;
        dispatcher.handle<EchoRequest, EchoRequest>(
            "matinee.test.GoodService/Echo", [this](const Caller &caller, const EchoRequest &request) -> Task<Result<EchoRequest>> {
                note(caller);
                if (request.name() == "missing")
                    co_return fail(ErrorCode::NotFound, "There is no item named missing.", "name");
                if (request.name() == "wait") {
                    const auto timer = std::make_shared<asio::steady_timer>(co_await asio::this_coro::executor, std::chrono::hours(1));
                    held.push_back(timer);
                    boost::system::error_code released;
                    co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, released));
                }
                co_return request;
            });
        dispatcher.handle<SearchRequest, SearchRequest>(
            "matinee.test.GoodService/Search",
            [](const Caller &, const SearchRequest &request) -> Task<Result<SearchRequest>> { co_return request; });
        dispatcher.handle<EchoRequest, Empty>("matinee.test.GoodService/Guarded",
                                              [this](const Caller &caller, const EchoRequest &request) -> Task<Result<Empty>> {
                                                  ++guarded;
                                                  if (caller.note) {
                                                      caller.note->before = R"({"n":1})";
                                                      caller.note->after = R"({"n":2})";
                                                      if (request.name() == "ada@example.org") // the log has it veiled
                                                          caller.note->subject = "a***@e***.org";
                                                  }
                                                  if (request.name() == "missing")
                                                      co_return fail(ErrorCode::NotFound, "There is no item named missing.", "name");
                                                  co_return Empty();
                                              });
        dispatcher.handle<Empty, Empty>("matinee.test.GoodService/Limited",
                                        [](const Caller &, const Empty &) -> Task<Result<Empty>> { co_return Empty(); });
        dispatcher.handle<Empty, Empty>("matinee.test.GoodService/Throws", [](const Caller &, const Empty &) -> Task<Result<Empty>> {
            throw std::runtime_error("the inside of the server");
            co_return Empty();
        });
    }

    /// Who made the last Echo.
    [[nodiscard]] Caller lastCaller() const
    {
        std::lock_guard lock(m_mutex);
        return m_lastCaller;
    }

    /// Lets the calls named "wait" go on.
    void release()
    {
        for (const auto &timer : held)
            timer->cancel();
        held.clear();
    }

    DispatcherOptions options()
    {
        DispatcherOptions options;
        options.authenticator = &keys;
        options.audit = &audit;
        options.metrics = &metrics;
        options.services = {testService("GoodService")};
        options.now = [this] { return now; };
        return options;
    }

    KnownKeys keys;
    AuditLines audit;
    observe::Metrics metrics;
    std::chrono::steady_clock::time_point now = std::chrono::steady_clock::time_point(std::chrono::hours(1));
    std::atomic<int> guarded{0};
    std::vector<std::shared_ptr<asio::steady_timer>> held; // of the one worker where such calls run
    Dispatcher dispatcher;

private:
    void note(const Caller &caller)
    {
        std::lock_guard lock(m_mutex);
        m_lastCaller = caller;
    }
    mutable std::mutex m_mutex;
    Caller m_lastCaller;
};

inline Caller stranger(std::string address = "192.0.2.1")
{
    Caller caller;
    caller.address = std::move(address);
    caller.requestId = "req-1";
    caller.face = "rest";
    return caller;
}

inline Caller holder(PermissionSet permissions, std::string keyId = "k3y")
{
    Caller caller = stranger();
    caller.permissions = permissions;
    caller.keyId = std::move(keyId);
    return caller;
}

} // namespace matinee::api
